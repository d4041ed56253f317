// Long ASCII text written into bytes and made a string once: a string for each line of a hundred thousand would cost more than all else.

const decoder = new TextDecoder('latin1');

/** Bytes become a piece of text whenever so many are written: small blocks are used again, large ones would be new each time. */
const BLOCK = 1 << 16;

export class TextWriter {
  readonly #bytes = new Uint8Array(BLOCK);
  readonly #pieces: string[] = [];
  #length = 0;

  text(value: string): this {
    if (value.length > BLOCK / 4) {
      this.#flush();
      this.#pieces.push(value);
      return this;
    }
    this.#reserve(value.length);
    for (let at = 0; at < value.length; at += 1) this.#bytes[this.#length++] = value.charCodeAt(at);
    return this;
  }

  ipv4(value: number): this {
    this.#reserve(20);
    this.#octet(value >>> 24);
    this.#bytes[this.#length++] = DOT;
    this.#octet((value >>> 16) & 255);
    this.#bytes[this.#length++] = DOT;
    this.#octet((value >>> 8) & 255);
    this.#bytes[this.#length++] = DOT;
    this.#octet(value & 255);
    return this;
  }

  /** `/length`, or nothing where it is a single address and `hostLength` is false. */
  ipv4Prefix(start: number, length: number, hostLength: boolean): this {
    this.ipv4(start);
    if (length === 32 && !hostLength) return this;
    this.#bytes[this.#length++] = SLASH; // within what ipv4() reserved
    this.#octet(length);
    return this;
  }

  toString(): string {
    this.#flush();
    return this.#pieces.join('');
  }

  #octet(value: number): void {
    if (value >= 100) this.#bytes[this.#length++] = 48 + Math.floor(value / 100);
    if (value >= 10) this.#bytes[this.#length++] = 48 + (Math.floor(value / 10) % 10);
    this.#bytes[this.#length++] = 48 + (value % 10);
  }

  #reserve(more: number): void {
    if (this.#length + more > BLOCK) this.#flush();
  }

  #flush(): void {
    if (this.#length > 0) this.#pieces.push(decoder.decode(this.#bytes.subarray(0, this.#length)));
    this.#length = 0;
  }
}

const DOT = 46;
const SLASH = 47;
