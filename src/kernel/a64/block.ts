/**
 * The fast path: straight-line guest code in one page, with 32-bit halves instead of bigints.
 *
 * Handles the instructions guests spend their time in: moves, additions and subtractions, logic, loads and stores at an
 * unsigned offset, branches. It stops before anything else, before a fault, and at the end of the page, leaving the state as
 * if the full interpreter had come that far; that one then decides. Each rule here repeats one of the full interpreter, and
 * a test runs both on random code.
 */

import { type GuestBus, isFault } from './bus.ts';
import type { GuestCpu, GuestPage } from './guest-cpu.ts';
import { conditionHolds } from './arithmetic.ts';
import { pstateBits } from './pstate.ts';

const pageSize = 0x1000;
const noPage = -1;

/**
 * Runs from `pc` inside the page at `pageBase` and returns how many instructions were executed; `cpu.pc` is updated.
 *
 * The caller has made sure that no exception is due, that the MMU is off and that PSTATE has neither IL nor BTYPE.
 */
export function runBlock(cpu: GuestCpu, bus: GuestBus, code: GuestPage, pageBase: number, limit: number): number {
  const half = cpu.halves;
  const { view } = code;
  let at = Number(cpu.pc) - pageBase;
  let count = 0;
  let readBase = noPage;
  let readPage: GuestPage = code;
  let writeBase = noPage;
  let writePage: GuestPage = code;

  loop: while (count < limit && at >= 0 && at < pageSize) {
    const word = view.getUint32(at, true);
    const rd = word & 31;
    const rn = (word >>> 5) & 31;
    switch (word >>> 24) {
      // ADD, SUB immediate (bit 30 subtracts, bit 29 sets flags)
      case 0x11:
      case 0x31:
      case 0x51:
      case 0x71:
      case 0x91:
      case 0xb1:
      case 0xd1:
      case 0xf1: {
        // 31 is the stack pointer here.
        if (rn === 31 || (rd === 31 && (word & 0x2000_0000) === 0) || ((word >>> 23) & 1) === 1) break loop;
        const immediate = (word >>> 10) & 0xfff;
        add(cpu, half, word, rd, rn, ((word >>> 22) & 1) === 1 ? immediate << 12 : immediate, 0);
        break;
      }
      // ADD, SUB of an unshifted register
      case 0x0b:
      case 0x2b:
      case 0x4b:
      case 0x6b:
      case 0x8b:
      case 0xab:
      case 0xcb:
      case 0xeb: {
        if ((word & 0x00e0_fc00) !== 0) break loop;
        const rm = (word >>> 16) & 31;
        add(cpu, half, word, rd, rn, half[rm * 2] ?? 0, half[rm * 2 + 1] ?? 0);
        break;
      }
      // AND, ORR, EOR of an unshifted register
      case 0x0a:
      case 0x2a:
      case 0x4a:
      case 0x8a:
      case 0xaa:
      case 0xca: {
        if ((word & 0x00e0_fc00) !== 0) break loop;
        const rm = (word >>> 16) & 31;
        const low = logic(word, half[rn * 2] ?? 0, half[rm * 2] ?? 0);
        const high = word >>> 31 === 1 ? logic(word, half[rn * 2 + 1] ?? 0, half[rm * 2 + 1] ?? 0) : 0;
        put(half, rd, low, high);
        break;
      }
      // MOVN, MOVZ, MOVK
      case 0x12:
      case 0x52:
      case 0x72:
      case 0x92:
      case 0xd2:
      case 0xf2:
        if (((word >>> 23) & 1) === 0 || !moveWide(half, word, rd)) break loop;
        break;
      // STR, LDR of a general register at an unsigned offset
      case 0x39:
      case 0x79:
      case 0xb9:
      case 0xf9: {
        if (rn === 31 || (word & 0x0080_0000) !== 0) break loop;
        const size = 1 << (word >>> 30);
        const address = (half[rn * 2 + 1] ?? 0) * 2 ** 32 + (half[rn * 2] ?? 0) + ((word >>> 10) & 0xfff) * size;
        const offset = address & 0xfff;
        if (address >= Number.MAX_SAFE_INTEGER || offset + size > pageSize) break loop;
        const base = address - offset;
        if ((word & 0x0040_0000) !== 0) {
          if (base !== readBase) {
            const page = bus.page(base, false);
            if (isFault(page)) break loop;
            readBase = base;
            readPage = page;
          }
          load(half, rd, readPage.view, offset, size);
        } else {
          if (base !== writeBase) {
            const page = bus.page(base, true);
            if (isFault(page)) break loop;
            writeBase = base;
            writePage = page;
          }
          store(half, rd, writePage.view, offset, size);
        }
        break;
      }
      // B.cond
      case 0x54:
        if ((word & 16) !== 0) break loop;
        if (conditionHolds(word & 15, cpu.pstate)) {
          if (offset19(word) === 0) break loop;
          at += offset19(word);
          count++;
          continue;
        }
        break;
      // CBZ, CBNZ
      case 0x34:
      case 0x35:
      case 0xb4:
      case 0xb5: {
        const high = word >>> 31 === 1 ? (half[rd * 2 + 1] ?? 0) : 0;
        const isZero = (half[rd * 2] ?? 0) === 0 && high === 0;
        if (isZero === (((word >>> 24) & 1) === 0)) {
          if (offset19(word) === 0) break loop;
          at += offset19(word);
          count++;
          continue;
        }
        break;
      }
      // B
      case 0x14:
      case 0x15:
      case 0x16:
      case 0x17: {
        const distance = (word << 6) >> 4;
        if (distance === 0) break loop;
        at += distance;
        count++;
        continue;
      }
      case 0xd5:
        if (word !== 0xd503_201f) break loop;
        break;
      default:
        break loop;
    }
    at += 4;
    count++;
  }
  cpu.pc = BigInt.asUintN(64, BigInt(pageBase + at));
  return count;
}

function offset19(word: number): number {
  return ((word << 8) >> 11) & ~3;
}

function put(half: Uint32Array, rd: number, low: number, high: number): void {
  if (rd === 31) return;
  half[rd * 2] = low;
  half[rd * 2 + 1] = high;
}

function logic(word: number, left: number, right: number): number {
  switch ((word >>> 29) & 3) {
    case 1:
      return left | right;
    case 2:
      return left ^ right;
    default:
      return left & right;
  }
}

/** Addition and subtraction in two halves; N, Z, C and V as AddWithCarry defines them. */
function add(cpu: GuestCpu, half: Uint32Array, word: number, rd: number, rn: number, low: number, high: number): void {
  const isSubtract = (word & 0x4000_0000) !== 0;
  const is64 = word >>> 31 === 1;
  const leftLow = half[rn * 2] ?? 0;
  const leftHigh = half[rn * 2 + 1] ?? 0;
  const rightLow = isSubtract ? ~low >>> 0 : low;
  const rightHigh = isSubtract ? ~high >>> 0 : high;
  const lowSum = leftLow + rightLow + (isSubtract ? 1 : 0);
  const lowResult = lowSum >>> 0;
  const lowCarry = lowSum > 0xffff_ffff ? 1 : 0;
  const highSum = leftHigh + rightHigh + lowCarry;
  const highResult = highSum >>> 0;
  if ((word & 0x2000_0000) !== 0) {
    const top = is64 ? highResult : lowResult;
    const left = is64 ? leftHigh : leftLow;
    const right = is64 ? rightHigh : rightLow;
    const carry = is64 ? highSum > 0xffff_ffff : lowCarry === 1;
    let flags = top & pstateBits.n;
    if (lowResult === 0 && (!is64 || highResult === 0)) flags |= pstateBits.z;
    if (carry) flags |= pstateBits.c;
    if (((left ^ top) & (right ^ top)) < 0) flags |= pstateBits.v;
    cpu.pstate = ((cpu.pstate & ~pstateBits.nzcv) | flags) >>> 0;
  }
  put(half, rd, lowResult, is64 ? highResult : 0);
}

/** False for the encodings that are reserved. */
function moveWide(half: Uint32Array, word: number, rd: number): boolean {
  const is64 = word >>> 31 === 1;
  const position = (word >>> 21) & 3;
  if (!is64 && position > 1) return false;
  const operation = (word >>> 29) & 3;
  const immediate = (word >>> 5) & 0xffff;
  const shifted = (position & 1) === 1 ? (immediate << 16) >>> 0 : immediate;
  const isHigh = position > 1;
  let low = isHigh ? 0 : shifted;
  let high = isHigh ? shifted : 0;
  if (operation === 0) {
    low = ~low >>> 0;
    high = is64 ? ~high >>> 0 : 0;
  } else if (operation === 3) {
    const keep = (position & 1) === 1 ? 0x0000_ffff : 0xffff_0000;
    const oldLow = half[rd * 2] ?? 0;
    const oldHigh = half[rd * 2 + 1] ?? 0;
    low = isHigh ? oldLow : (oldLow & keep) | shifted;
    high = isHigh ? (oldHigh & keep) | shifted : is64 ? oldHigh : 0;
  }
  put(half, rd, low, high);
  return true;
}

function load(half: Uint32Array, rd: number, view: DataView, offset: number, size: number): void {
  switch (size) {
    case 8:
      put(half, rd, view.getUint32(offset, true), view.getUint32(offset + 4, true));
      return;
    case 4:
      put(half, rd, view.getUint32(offset, true), 0);
      return;
    case 2:
      put(half, rd, view.getUint16(offset, true), 0);
      return;
    default:
      put(half, rd, view.getUint8(offset), 0);
  }
}

function store(half: Uint32Array, rd: number, view: DataView, offset: number, size: number): void {
  const low = half[rd * 2] ?? 0;
  switch (size) {
    case 8:
      view.setUint32(offset, low, true);
      view.setUint32(offset + 4, half[rd * 2 + 1] ?? 0, true);
      return;
    case 4:
      view.setUint32(offset, low, true);
      return;
    case 2:
      view.setUint16(offset, low & 0xffff, true);
      return;
    default:
      view.setUint8(offset, low & 0xff);
  }
}
