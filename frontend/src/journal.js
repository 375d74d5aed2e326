// What this device still owes the server, written down before it is sent: a closed tab or a dead battery loses nothing.
// One entry an item: { content, base: the sequence it was written on, sent: fingerprints that may have arrived }.

const PREFIX = "quizapp:unsent:";

export function makeJournal(attempt, storage = deviceStorage()) {
  const key = (no) => `${PREFIX}${attempt}:${no}`;
  const journal = {
    keeps: Boolean(storage), // false in a private window or on a full device; the page then says so
    write(no, entry) {
      journal.keeps = attemptTo(() => storage.setItem(key(no), JSON.stringify(entry)));
    },
    forget(no) {
      attemptTo(() => storage.removeItem(key(no)));
    },
    read(no) {
      try {
        return JSON.parse(storage.getItem(key(no)));
      } catch {
        return null;
      }
    },
  };
  return journal;
}

// How many answers of any attempt still wait on this device.
export function countUnsent(storage = deviceStorage()) {
  return storage ? Object.keys(storage).filter((key) => key.startsWith(PREFIX)).length : 0;
}

export function deviceStorage() {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return null;
  }
}

function attemptTo(act) {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
