// The last breath. A page that is being closed gets no time to wait for IndexedDB, but localStorage is written before the
// call returns: what has not reached the database yet is put down here and taken into the database at the next start.
// It also holds answers where a browser has localStorage but no database, and it is where earlier versions kept all.

const PREFIX = "quizapp:unsent:";

export function makeScratch(storage = deviceStorage()) {
  const keyOf = (attempt, no) => `${PREFIX}${attempt}:${no}`;

  // True when it is written.
  function put(entry) {
    try {
      storage.setItem(keyOf(entry.attempt, entry.no), JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }

  // Whether it would hold anything.
  function works() {
    const probe = { attempt: "", no: 0 };
    const kept = put(probe);
    if (kept) remove(probe.attempt, probe.no);
    return kept;
  }

  // Removes what is no newer than `tick`; a change made since then stays.
  function remove(attempt, no, tick = Infinity) {
    const held = readAt(keyOf(attempt, no));
    if (held && (held.tick ?? 0) > tick) return;
    try {
      storage.removeItem(keyOf(attempt, no));
    } catch {
      // A storage that is gone keeps nothing either.
    }
  }

  function all() {
    return keys(storage, PREFIX).map(readAt).filter(Boolean);
  }

  function readAt(key) {
    const [attempt, no] = key.slice(PREFIX.length).split(":");
    try {
      const held = JSON.parse(storage.getItem(key));
      return held && { tick: 0, sent: [], ...held, attempt, no: Number(no) };
    } catch {
      return null; // half a line, or somebody else's
    }
  }

  return { put, works, remove, all };
}

export function keys(storage, prefix) {
  try {
    return Object.keys(storage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

export function deviceStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
