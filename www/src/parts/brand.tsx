// The sign and the name.

import mark from "../mark.svg";

export function Brand() {
  return (
    <span className="brand">
      <img src={mark} alt="" width="28" height="28" />
      <span>Tidegate</span>
    </span>
  );
}
