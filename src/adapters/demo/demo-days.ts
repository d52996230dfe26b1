// Instants of the rehearsal and how they are written: in calls, in run ids, and in the lines of the story.

/** How the CRM writes an instant: whole seconds, UTC. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An instant some days after a date, at a time of day such as `02:00`. */
export function dayAt(start: string, days: number, time: string): string {
  return timeText(Date.parse(`${start}T${time}:00Z`) + days * 86_400_000);
}

/** The run id of a day: `contacts/20260910T000000Z--20260911T000000Z`. */
export function runIdAt(start: string, days: number): string {
  const [from, to] = [days, days + 1].map((at) =>
    dayAt(start, at, "00:00").replaceAll(/[-:]/g, ""),
  );
  return `contacts/${from}--${to}`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The day of a window from its run id: `10 Sep`. */
export function dayText(runId: string): string {
  const [, month, day] = /\/\d{4}(\d\d)(\d\d)T/.exec(runId) ?? [];
  return `${Number(day)} ${months[Number(month) - 1]}`;
}

/** A day and time for the margin: `10 Sep 02:00`. */
export function nightText(now: string): string {
  const day = String(Number(now.slice(8, 10))).padStart(2);
  return `${day} ${months[Number(now.slice(5, 7)) - 1]} ${now.slice(11, 16)}`;
}
