// Numbers as people read them.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes in decimal units, as the command line counts them: 1 MB is 10^6 bytes. At most three figures. */
export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const figures = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const text = Number(value.toFixed(figures)).toString();
  return `${text} ${UNITS[unit]}`;
}

const COUNTS = new Intl.NumberFormat("en");

export function count(number: number): string {
  return COUNTS.format(number);
}

/** As in `3 objects`. */
export function many(number: number, one: string): string {
  return `${count(number)} ${one}${number === 1 ? "" : "s"}`;
}

/** A share, without saying that something is nothing or all when it is not. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return part > 0 ? "over" : "0 %";
  const share = (part / whole) * 100;
  if (share > 0 && share < 1) return "< 1 %";
  if (share > 99 && share < 100) return "> 99 %";
  return `${Math.round(share)} %`;
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const DAY = utc({ day: "numeric", month: "short", year: "numeric" });
const MINUTE = utc({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
// As three letters throughout.
const MONTH = new Intl.DateTimeFormat("en", { timeZone: "UTC", month: "short" });
const MONTH_AND_YEAR = utc({ month: "long", year: "numeric" });
const SHORT_DAY = utc({ day: "numeric", month: "short" });

const date = (seconds: number) => new Date(seconds * 1000);

/** Of seconds since the epoch: `21 Nov 2026`. UTC, as windows are. */
export const day = (seconds: number): string => DAY.format(date(seconds));

/** `21 Nov 2026, 14:30 UTC` */
export const minute = (seconds: number): string => `${MINUTE.format(date(seconds))} UTC`;

/** Whether a window is a calendar month (UTC). */
export function isMonth(startS: number, endS: number): boolean {
  const start = date(startS);
  const next = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1) / 1000;
  return start.getTime() === Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), 1) && next === endS;
}

/** A window: `November 2026`, or its first and last day. */
export function windowName(startS: number, endS: number): string {
  return isMonth(startS, endS) ? MONTH_AND_YEAR.format(date(startS)) : `${day(startS)} to ${day(endS - 1)}`;
}

/** The same, for an axis: `Nov`. */
export function windowTick(startS: number, endS: number): string {
  return (isMonth(startS, endS) ? MONTH : SHORT_DAY).format(date(startS));
}

/** How long until then, roughly: `in 9 days`. */
export function until(seconds: number, nowS: number): string {
  const left = seconds - nowS;
  if (left <= 0) return "now";
  if (left < 3600) return `in ${many(Math.ceil(left / 60), "minute")}`;
  if (left < 2 * 86_400) return `in ${many(Math.round(left / 3600), "hour")}`;
  return `in ${many(Math.round(left / 86_400), "day")}`;
}
