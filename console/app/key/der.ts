/** Keys in every form that SDKs and tools have them in. Nothing here leaves the browser. */

export type Kind = 'public' | 'pkcs1-public' | 'pkcs8' | 'pkcs1' | 'certificate';

export interface Key {
  kind: Kind;
  /** The public half as SubjectPublicKeyInfo: what is registered, and what a fingerprint is of. */
  spki: Uint8Array<ArrayBuffer>;
  /** The private half, where the text has it. */
  pkcs1: Uint8Array<ArrayBuffer> | undefined;
  pkcs8: Uint8Array<ArrayBuffer> | undefined;
  bits: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Node {
  tag: number;
  /** With its head. */
  whole: Bytes;
  body: Bytes;
}

const [INTEGER, BITS, OCTETS, SEQUENCE] = [0x02, 0x03, 0x04, 0x30] as const;
/** The AlgorithmIdentifier `rsaEncryption`. */
const RSA = Uint8Array.of(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0);
/** Longer than any key or certificate of an app. */
export const CHARACTERS_MAX = 16_384;

/** What a text holds, with or without PEM's lines around it; nothing if it is no RSA key or certificate. */
export function readKey(text: string): Key | undefined {
  const bytes = text.length <= CHARACTERS_MAX ? fromBase64(text.replace(/-----[^-]*-----|\s/g, '')) : undefined;
  const [node] = bytes ? elements(bytes) : [];
  if (node?.tag !== SEQUENCE) return undefined;
  const parts = elements(node.body);
  const shape = parts.map(({ tag }) => tag).join();
  const [first, second, third] = parts;
  if (shape === `${SEQUENCE},${BITS}`) return ofSpki('public', node.whole);
  if (shape === `${INTEGER},${INTEGER}`) return ofSpki('pkcs1-public', wrapPublic(node.whole));
  if (shape === `${SEQUENCE},${SEQUENCE},${BITS}` && first) return ofCertificate(elements(first.body));
  if (parts.length === 9 && parts.every(({ tag }) => tag === INTEGER)) return ofPrivate('pkcs1', node.whole);
  if (first?.tag === INTEGER && second && third?.tag === OCTETS && same(second.whole, RSA)) {
    return ofPrivate('pkcs8', third.body);
  }
  return undefined;
}

export function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export function toPem(label: string, bytes: Bytes): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

function ofSpki(kind: Kind, spki: Bytes): Key | undefined {
  const [node] = elements(spki);
  const [algorithm, key] = node ? elements(node.body) : [];
  if (!algorithm || !same(algorithm.whole, RSA) || key?.tag !== BITS) return undefined;
  const [numbers] = elements(key.body.slice(1));
  const [modulus] = numbers ? elements(numbers.body) : [];
  if (modulus?.tag !== INTEGER) return undefined;
  const size = modulus.body[0] === 0 ? modulus.body.length - 1 : modulus.body.length;
  return { kind, spki, pkcs1: undefined, pkcs8: undefined, bits: size * 8 };
}

function ofCertificate(parts: Node[]): Key | undefined {
  // Where it has no version, everything stands one place earlier.
  const at = parts[0]?.tag === 0xa0 ? 6 : 5;
  const key = parts[at];
  return key && ofSpki('certificate', key.whole);
}

function ofPrivate(kind: Kind, pkcs1: Bytes): Key | undefined {
  const [node] = elements(pkcs1);
  const [version, modulus, exponent] = node ? elements(node.body) : [];
  if (!version || modulus?.tag !== INTEGER || exponent?.tag !== INTEGER) return undefined;
  const spki = wrapPublic(element(SEQUENCE, modulus.whole, exponent.whole));
  const key = ofSpki(kind, spki);
  const pkcs8 = element(SEQUENCE, element(INTEGER, Uint8Array.of(0)), RSA, element(OCTETS, pkcs1));
  return key && { ...key, pkcs1, pkcs8 };
}

function wrapPublic(numbers: Bytes): Bytes {
  return element(SEQUENCE, RSA, element(BITS, Uint8Array.of(0), numbers));
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The elements that stand one behind the other; none if the bytes are not whole. */
function elements(bytes: Bytes): Node[] {
  const found: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first - 0x80;
    if (4 < more) return [];
    const length = more === 0 ? first : bytes.slice(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
    const start = at + 2 + more;
    const end = start + length;
    if (bytes.length < end) return [];
    found.push({ tag, whole: bytes.slice(at, end), body: bytes.slice(start, end) });
    at = end;
  }
  return found;
}

function element(tag: number, ...parts: Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const digits: number[] = [];
  for (let rest = length; 0 < rest; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 + digits.length, ...digits];
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])]);
}

function same(left: Bytes, right: Bytes): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
