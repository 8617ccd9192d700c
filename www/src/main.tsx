// The console of Tidegate.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./style/base.css";
import "./style/frame.css";
import "./style/pages.css";
import "./style/chart.css";
import { App } from "./app";

const place = document.getElementById("console");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
