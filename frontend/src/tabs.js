// The tabs of one attempt, on one device: each change and each acknowledgement is told to the others, so that all show the
// truth and only one sends. A tab that lives holds a lock with its name; a lock nobody holds means the tab is gone.

const LOCK = "quizapp:tab:";

export function joinTabs(attempt, { Channel = globalThis.BroadcastChannel, locks = globalThis.navigator?.locks, id = newId() } = {}) {
  const channel = Channel ? new Channel(`quizapp:${attempt}`) : null;
  locks?.request(LOCK + id, () => new Promise(() => {})).catch(() => {});

  // The names of the tabs that live; null where the browser cannot tell.
  async function alive() {
    try {
      const { held } = await locks.query();
      return new Set(held.filter(({ name }) => name.startsWith(LOCK)).map(({ name }) => name.slice(LOCK.length)));
    } catch {
      return null;
    }
  }

  return {
    id,
    alive,
    tell: (kind, told = {}) => channel?.postMessage({ kind, tab: id, ...told }),
    hear(act) {
      if (channel) channel.onmessage = ({ data }) => act(data);
    },
  };
}

const newId = () => [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("");
