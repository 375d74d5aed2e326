// A device for tests: a fresh IndexedDB and localStorage each time, and a clock moved by hand.

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

globalThis.IDBKeyRange ??= IDBKeyRange;

export const turn = () => new Promise((resolve) => setImmediate(resolve));

export async function turns(count = 12) {
  for (let at = 0; at < count; at += 1) await turn();
}

export const freshFactory = () => new IDBFactory();

export function storage(held = {}, set) {
  Object.defineProperties(held, {
    getItem: { value: (key) => held[key] ?? null },
    setItem: { value: set ?? ((key, value) => (held[key] = value)) },
    removeItem: { value: (key) => delete held[key] },
  });
  return held;
}

export function handClock() {
  const alarms = new Map();
  let time = 0;
  let name = 0;
  const timers = {
    setTimeout: (act, ms) => (alarms.set((name += 1), { act, at: time + ms }), name),
    clearTimeout: (id) => alarms.delete(id),
  };
  async function pass(ms) {
    time += ms;
    for (const [id, { act, at }] of [...alarms]) if (at <= time && alarms.delete(id)) act();
    await turns();
  }
  return { timers, pass, now: () => time };
}
