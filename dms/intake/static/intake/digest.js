/* SHA-256 of bytes: the browser's own where it has one, which it keeps from pages that came without HTTPS. */
(function () {
  "use strict";

  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
  const bits = (value) => ((value - Math.floor(value)) * 4294967296) | 0;
  const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => bits(Math.sqrt(prime)));
  const ROUNDS = Int32Array.from(PRIMES, (prime) => bits(Math.cbrt(prime)));

  function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function block(state, words) {
    for (let t = 16; t < 64; t += 1) {
      const x = words[t - 15];
      const y = words[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[t] = (words[t - 16] + s0 + words[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[t] + words[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] + value) | 0;
    });
  }

  function own(bytes) {
    const state = Int32Array.from(START);
    const words = new Int32Array(64);
    const whole = bytes.length - (bytes.length % 64);
    const tail = new Uint8Array(bytes.length - whole > 55 ? 128 : 64);
    tail.set(bytes.subarray(whole));
    tail[bytes.length - whole] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
    view.setUint32(tail.length - 4, bytes.length << 3);
    const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const [source, length] of [
      [body, whole],
      [view, tail.length],
    ]) {
      for (let at = 0; at < length; at += 64) {
        for (let t = 0; t < 16; t += 1) words[t] = source.getInt32(at + 4 * t);
        block(state, words);
      }
    }
    const out = new DataView(new ArrayBuffer(32));
    state.forEach((value, i) => out.setInt32(4 * i, value));
    return hex(new Uint8Array(out.buffer));
  }

  async function digest(bytes) {
    if (!window.crypto || !window.crypto.subtle) return own(bytes);
    return hex(new Uint8Array(await window.crypto.subtle.digest("SHA-256", bytes)));
  }

  Object.assign(window.Intake, { digest, digestWithoutBrowser: own });
})();
