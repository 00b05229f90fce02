// Stand-ins for what a browser gives: a clock that moves when told, a socket and an event stream that do as told.

/** Timers in the order of their time; nothing happens before `pass`. */
export class Clock {
  now = 0;
  /** @type {Map<number, {at: number, ring: () => void}>} */
  waiting = new Map();
  #ids = 0;

  /** @type {import('../../static/js/timers.js').Timers} */
  timers = {
    set: (ring, ms) => {
      this.#ids += 1;
      this.waiting.set(this.#ids, { at: this.now + ms, ring });
      return this.#ids;
    },
    clear: (id) => {
      if (id !== null) this.waiting.delete(id);
    },
  };

  /** @param {number} ms */
  pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.waiting].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, ring }] = due;
      this.waiting.delete(id);
      this.now = at;
      ring();
    }
    this.now = end;
  }
}

class Speaker {
  /** @type {Map<string, ((event: any) => void)[]>} */
  #listeners = new Map();
  /** @type {number} */
  readyState = 0;
  closed = false;

  /**
   * @param {string} name
   * @param {any} listener
   */
  addEventListener(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /**
   * @param {string} name
   * @param {object} [event]
   */
  tell(name, event = {}) {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }
}

export class FakeSocket extends Speaker {
  /** @type {FakeSocket[]} */
  static all = [];
  /** @type {string[]} */
  sent = [];
  /** The arguments of `close`. @type {unknown[] | null} */
  closing = null;

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    FakeSocket.all.push(this);
  }

  static get last() {
    const socket = FakeSocket.all.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  open() {
    this.readyState = 1;
    this.tell('open');
  }

  /** @param {string} data */
  say(data) {
    this.tell('message', { data });
  }

  /** @param {unknown} data */
  send(data) {
    this.sent.push(String(data));
  }

  /** @param {unknown[]} reason */
  close(...reason) {
    this.closing = reason;
    this.readyState = 2;
  }
}

export class FakeSource extends Speaker {
  /** @type {FakeSource[]} */
  static all = [];

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }

  static get last() {
    const source = FakeSource.all.at(-1);
    if (source === undefined) throw new Error('no stream was opened');
    return source;
  }

  /**
   * @param {string} name
   * @param {unknown} data
   * @param {string} [lastEventId]
   */
  event(name, data, lastEventId = '0') {
    this.tell(name, { data: typeof data === 'string' ? data : JSON.stringify(data), lastEventId });
  }

  close() {
    this.readyState = 2;
    this.closed = true;
  }
}
