/** '3:07' or '1:02:03': a place in a recording. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** With tenths: '12:41.0'. */
export function clockTenths(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** For a screen reader: '12 minutes 47 seconds'. */
export function spokenTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const part = (count: number, unit: string) =>
    count > 0 ? [`${count} ${unit}${count === 1 ? "" : "s"}`] : [];
  const parts = [
    ...part(Math.floor(whole / 3600), "hour"),
    ...part(Math.floor(whole / 60) % 60, "minute"),
    ...part(whole % 60, "second"),
  ];
  return parts.join(" ") || "0 seconds";
}
