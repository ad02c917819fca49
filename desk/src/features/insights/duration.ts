const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in its two largest units: "2 d 4 h", "35 min". From ten days on in days only. */
export function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / MINUTE) * MINUTE;
  const [days, hours] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR)];
  if (days >= 10) return `${Math.round(minutes / DAY)} d`;
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  const rest = Math.round((minutes % HOUR) / MINUTE);
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return minutes > 0 ? `${rest} min` : 'under a minute';
}
