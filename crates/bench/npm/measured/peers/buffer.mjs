// What casbin takes for granted, and a page does not have.

export { Buffer } from "buffer/";
