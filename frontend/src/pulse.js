// What the server says of the time: asked about once a minute, when the page comes into view and when the time is up, and
// told along with every save. Nothing waits for the answer; a server that does not know the question has nothing new.

const MINUTE = 60000;
const AFTER_END = 15000;
const SPREAD = 0.2; // give or take, so that a city does not ask in the same second

export function makePulse({ ask, deadline, onNews, isUp = () => false, timers = globalThis, random = Math.random }) {
  let known = { deadline, state: "open", paused: false };
  let timer = null;
  let asking = false;

  // `told` may say only some of it.
  function hear(told) {
    const before = known;
    known = { ...known, ...pick(told) };
    const moved = Date.parse(known.deadline) !== Date.parse(before.deadline);
    if (moved || known.state !== before.state || known.paused !== before.paused) onNews(known, { before, moved });
  }

  async function look() {
    timers.clearTimeout(timer);
    if (asking) return;
    asking = true;
    try {
      hear(await ask());
    } catch {
      // No network, no such question, somebody else signed in: the saving line tells what there is to tell.
    } finally {
      asking = false;
      later();
    }
  }

  function later() {
    timers.clearTimeout(timer);
    if (known.state !== "open") return;
    const wait = isUp() ? AFTER_END : MINUTE;
    timer = timers.setTimeout(look, Math.round(wait * (1 - SPREAD + 2 * SPREAD * random())));
  }

  later();
  return { hear, look, known: () => known };
}

function pick({ deadline, state, paused }) {
  const told = { deadline, state, paused };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined && value !== null));
}
