// How long is left, in words. It informs; the server decides. Screen readers hear it at ten, five and one minute.

import { wallMoment } from "./clock.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MARKS = [10, 5, 1];

// The parts worth saying: days and hours, hours and minutes, minutes, or (in the last two minutes) seconds. Rounded
// down: never more than there is.
export function partsLeft(ms) {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  if (seconds < 120) return seconds < 60 ? { seconds } : { minutes: 1, seconds: seconds - 60 };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { minutes };
  if (minutes < 24 * 60) return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
  const hours = Math.floor(minutes / 60);
  return { days: Math.floor(hours / 24), hours: hours % 24 };
}

export function inWords(ms, text) {
  const said = Object.entries(partsLeft(ms)).filter(([, n], at) => n > 0 || at === 0);
  return said.map(([unit, n]) => text(`left.${unit}`, { n })).join(" ");
}

// The marks that were crossed between two looks at the clock; after a long sleep only the last one counts.
export function markCrossed(before, after) {
  return MARKS.filter((mark) => before > mark * MINUTE && after <= mark * MINUTE).pop() ?? null;
}

export function startCountdown({ element, deadline, clock, text, announce, onEnd, say = sittingSays, timers = globalThis }) {
  let before = Infinity;
  let timer = null;
  let paused = false;

  function look() {
    timers.clearTimeout(timer);
    const left = Date.parse(deadline) - clock.now();
    if (!paused) tell(left);
    // After the end: keep looking, for more time may be given and the clock may be corrected.
    timer = timers.setTimeout(look, left > 0 ? left % SECOND || SECOND : 10 * SECOND);
  }

  function tell(left) {
    const mark = before === Infinity ? null : markCrossed(before, left);
    show(left > 0 ? say(inWords(left, text), deadline, text) : text("left.none"), left <= 5 * MINUTE ? "short" : "enough");
    if (mark && left > 0) announce(text("left.sentence", { time: text("left.minutes", { n: mark }) }));
    if (left <= 0 && before > 0) onEnd?.();
    before = left;
  }

  function show(sentence, state) {
    if (element.textContent !== sentence) element.textContent = sentence;
    element.dataset.state = state;
  }

  look();
  return {
    isUp: () => !paused && Date.parse(deadline) <= clock.now(),
    move(to) {
      deadline = to;
      before = Infinity;
      look();
    },
    pause(wanted) {
      paused = wanted;
      if (paused) show(text("left.paused"), "enough");
      before = Infinity;
      look();
    },
  };
}

// A sitting counts down; a written entry also names its day.
export const sittingSays = (time, deadline, text) => text("left.sentence", { time });
export const writtenSays = (time, deadline, text) => text("left.until", { until: wallMoment(deadline), time });
