// "Look again later": the person's own marks. They stay on this device, in the name of their owner, until hand-in or until
// the owner signs out with nothing left to send.

import { deviceStorage, keys } from "./scratch.js";

const PREFIX = "quizapp:flags:";

export function makeFlags(ref, owner, storage = deviceStorage()) {
  const key = `${PREFIX}${owner}:${ref}`;
  const flagged = new Set(read(storage, key));
  return {
    has: (no) => flagged.has(no),
    all: () => [...flagged].sort((a, b) => a - b),
    toggle(no) {
      flagged.delete(no) || flagged.add(no);
      try {
        storage.setItem(key, JSON.stringify([...flagged]));
      } catch {
        // Without storage the flags last as long as the page.
      }
    },
  };
}

export function forgetFlags({ owner, ref }, storage = deviceStorage()) {
  const gone = (key) => (ref ? key.endsWith(`:${ref}`) : key.startsWith(`${PREFIX}${owner}:`));
  for (const key of keys(storage, PREFIX).filter(gone)) storage.removeItem(key);
}

function read(storage, key) {
  try {
    const held = JSON.parse(storage.getItem(key));
    return Array.isArray(held) ? held.filter(Number.isInteger) : [];
  } catch {
    return [];
  }
}
