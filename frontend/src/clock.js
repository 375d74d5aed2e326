// The server's time as this page knows it. It runs on the monotonic counter, so a device clock that is wrong, or is set
// while the page is open, changes nothing. It informs; only the server decides.

const HOME = "Asia/Ho_Chi_Minh";
const wall = new Intl.DateTimeFormat("en-GB", {
  timeZone: HOME, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

const day = new Intl.DateTimeFormat("en-GB", { timeZone: HOME, day: "numeric", month: "numeric", year: "numeric" });

export function makeClock(serverTime, { ticks = () => performance.now(), readAt = ticks() } = {}) {
  let offset = Date.parse(serverTime) - readAt;
  return {
    now: () => ticks() + offset,
    // A later word from the server: corrects a counter that stood still while the device slept.
    hear(instant, slackMs = 1500) {
      const difference = Date.parse(instant) - (ticks() + offset);
      if (Math.abs(difference) > slackMs) offset += difference;
    },
  };
}

// When this page's bytes began to arrive, on the monotonic counter.
export function pageReadAt() {
  const [navigation] = performance.getEntriesByType?.("navigation") ?? [];
  return navigation?.responseStart || 0;
}

// "10:42:05" on the contest's wall, whatever zone the device is set to.
export function wallClock(instant) {
  return wall.format(new Date(instant));
}

// "20/8/2019 17:00"
export function wallMoment(instant) {
  return `${day.format(new Date(instant)).replace(/\b0(?=\d\/)/g, "")} ${wallClock(instant).slice(0, 5)}`;
}
