const number = new Intl.NumberFormat("en-US");

/** 98362432 -> '98.4 MB': decimal units, three figures. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = count / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${threeFigures(value)} ${units[unit]}`;
}

/** '301 of 639 MB': both in the unit of the whole. */
export function bytesOf(done: number, total: number): string {
  const whole = bytes(total);
  const [, unit = ""] = whole.split(" ");
  const scale = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit] ?? 1;
  const digits = whole.split(" ")[0]?.split(".")[1]?.length ?? 0;
  return `${(done / scale).toFixed(digits)} of ${whole}`;
}

function threeFigures(value: number): string {
  if (value === 0) return "0";
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(digits);
}

/** 1234.5 -> '1,235', 41.234 -> '41.2': three figures of a rate. */
export function bigNumber(value: number): string {
  return value >= 999.5
    ? number.format(Math.round(value))
    : threeFigures(value);
}

export function count(value: number): string {
  return number.format(value);
}

/** '18 s', '3 min 20 s', '1 h 5 min'. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** '41.8 tokens/s' */
export function rate(tokens: number, ms: number): string {
  return ms > 0 ? `${((tokens / ms) * 1000).toFixed(1)} tokens/s` : "";
}
