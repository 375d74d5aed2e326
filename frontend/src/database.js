// The device's own store (IndexedDB): opened when first needed, opened again when the browser has closed it. Everything
// may fail here – a private window, a full disk, a damaged file – and then a promise is refused; nothing else happens.

const NAME = "quizapp";
const VERSION = 1;
const STORE = "unsent";
const REASONS = new WeakMap();

export function makeDatabase({ factory = deviceFactory(), patienceMs = 5000, timers = globalThis } = {}) {
  let opened = null;

  function open() {
    opened ??= within(patienceMs, opening(factory, () => (opened = null)), timers).catch((error) => {
      opened = null; // the next one to ask tries again
      throw error;
    });
    return opened;
  }

  // Runs `act` on the store and resolves once the disk has it: a commit that only the system's memory knows would be
  // lost with the power.
  async function change(act) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = durable(database);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(REASONS.get(transaction) ?? transaction.error ?? new Error("aborted"));
      act(transaction.objectStore(STORE));
    });
  }

  // Everything that can be read: one damaged entry does not hide the others. `damaged` counts what could not be.
  async function read(range) {
    const database = await open();
    const store = () => database.transaction(STORE).objectStore(STORE);
    try {
      return { values: await answer(store().getAll(range)), damaged: 0 };
    } catch {
      const keys = await answer(store().getAllKeys(range));
      const values = await Promise.all(keys.map((key) => answer(store().get(key)).catch(() => null)));
      return { values: values.filter(Boolean), damaged: values.filter((value) => !value).length };
    }
  }

  return { change, read };
}

// Ends a transaction with a reason of our own; the browser would only say that it was aborted.
export function giveUp(transaction, reason) {
  REASONS.set(transaction, reason);
  transaction.abort();
}

// Every entry of one attempt: keys are [attempt, no].
export const ofAttempt = (attempt) => IDBKeyRange.bound([attempt], [attempt, []]);

function opening(factory, onLost) {
  return new Promise((resolve, reject) => {
    if (!factory) throw new DOMException("no store on this device", "SecurityError");
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["attempt", "no"] });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const let_go = () => (database.close(), onLost());
      Object.assign(database, { onversionchange: let_go, onclose: onLost });
      resolve(database);
    };
  });
}

function durable(database) {
  try {
    return database.transaction(STORE, "readwrite", { durability: "strict" });
  } catch (error) {
    if (error.name !== "TypeError") throw error;
    return database.transaction(STORE, "readwrite"); // browsers before 2021 know no third word and were strict anyway
  }
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function within(ms, promise, timers = globalThis) {
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(() => reject(new Error("slow")), ms);
    promise.then(resolve, reject).finally(() => timers.clearTimeout(timer));
  });
}

function deviceFactory() {
  try {
    return globalThis.indexedDB ?? null;
  } catch {
    return null; // some browsers answer the mere question with an error
  }
}
