/**
 * Floats of CBOR: the fewest of 2, 4 and 8 bytes that represent a value exactly [CBOR-4].
 *
 * @module
 */

/** @param {number} bits of an IEEE 754 half-precision float */
export function halfFloat(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent < 31 ? (1024 + fraction) * 2 ** (exponent - 25) : fraction ? NaN : Infinity;
  return bits & 0x8000 ? -size : size;
}

/** @param {number} float of the data model @returns {2 | 4 | 8} the fewest bytes that represent it exactly */
export function floatWidth(float) {
  if (Math.fround(float) !== float) return 8;
  const size = Math.abs(float);
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  return size <= 65504 && Number.isInteger(size / unit) ? 2 : 4;
}

/** @param {number} float of the data model @returns {Uint8Array} the item: its head and the float */
export function floatBytes(float) {
  const view = new DataView(new ArrayBuffer(9));
  const width = floatWidth(float);
  if (width === 8) {
    view.setUint8(0, 0xfb);
    view.setFloat64(1, float);
    return new Uint8Array(view.buffer);
  }
  if (width === 4) {
    view.setUint8(0, 0xfa);
    view.setFloat32(1, float);
    return new Uint8Array(view.buffer, 0, 5);
  }
  view.setFloat32(5, float);
  const single = view.getUint32(5);
  const exponent = ((single >>> 23) & 0xff) - 112;
  const fraction = (single >>> 13) & 0x3ff;
  // Below 2^-14 a half-precision float has no implicit leading bit.
  const bits = exponent > 0 ? (exponent << 10) | fraction : (0x400 | fraction) >> (1 - exponent);
  view.setUint8(0, 0xf9);
  view.setUint16(1, ((single >>> 16) & 0x8000) | bits);
  return new Uint8Array(view.buffer, 0, 3);
}
