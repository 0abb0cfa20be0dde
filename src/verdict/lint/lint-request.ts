/** What is said about one request: its number in 32-bit programs, its size, and room in what it carries. */

import type { Abi, RequestDeclaration } from '../../abi/abi.ts';
import { ifLaidOut } from '../../abi/layout.ts';
import { extentOf } from '../../abi/layout-engine.ts';
import { encodeRequest } from '../../abi/request.ts';
import type { Target } from '../../abi/target.ts';
import { isFiller, placeRecord } from '../../diff/placed.ts';
import { isFlexible } from '../../diff/types.ts';
import type { LintSubject, Remark } from './remark.ts';
import type { LintRuleId } from './rules.ts';

const CARRIES = /(?:^|_)(?:GET|SET|READ|WRITE|PUT|ADD|DEL|QUERY|CONFIG|ATTACH|BIND)(?:_|$)/;
const FLAGS = /(?:^|_)flags?\d*$/i;
const SIZE = /^(?:arg_?sz|argsize|size|struct_size|usize)$/i;

export function lintRequest(request: RequestDeclaration, { abi, narrow }: LintSubject): Remark[] {
  const remarks: Remark[] = [];
  const say = (rule: LintRuleId, message: string): void => {
    remarks.push({
      rule,
      subject: `request ${request.name}`,
      message,
      header: request.header,
      location: request.location,
    });
  };
  const other = narrow === undefined ? undefined : narrowNumber(request, abi, narrow);
  if (other !== undefined && other !== request.number && narrow !== undefined) {
    say(
      'request-differs',
      `${request.name} is ${hex(request.number)} in ${abi.target.name} programs and ${hex(other)} in ${narrow.target.name} ones.`,
    );
  }
  if (request.direction === 'none') {
    if (request.argument === undefined && CARRIES.test(request.name)) {
      say('request-without-type', `${request.name} says that nothing travels; if something does, its type is missing.`);
    }
    return remarks;
  }
  if (request.sizeBytes === 0) {
    say('request-without-size', `${request.name} says that data travels, and that it has 0 bytes.`);
    return remarks;
  }
  const placed = argumentOf(request, abi);
  if (placed === undefined) return remarks;
  const leaves = placed.nodes.filter((node) => node.isLeaf || node.parent === undefined);
  const hasFlags = leaves.some((node) => FLAGS.test(node.name));
  const hasRoom = leaves.some((node) => isFiller(node) || SIZE.test(node.name) || isFlexible(node.type));
  const record = request.argument ?? '';
  if (!hasFlags && !hasRoom) {
    say('no-room-to-grow', `${record} has no reserved bytes, no flags and no size field.`);
  } else if (!hasFlags && request.direction !== 'read') {
    say('no-flags', `${record} has no flags word.`);
  }
  return remarks;
}

function argumentOf(request: RequestDeclaration, abi: Abi): ReturnType<typeof placeRecord> | undefined {
  const declaration = abi.records.get(request.argument ?? '');
  if (declaration?.record.isComplete !== true) return undefined;
  return ifLaidOut(() => placeRecord(declaration, abi));
}

/** The number as 32-bit programs have it: as their own headers say, or worked out from the argument's size there. */
function narrowNumber(
  request: RequestDeclaration,
  abi: Abi,
  narrow: { readonly target: Target; readonly abi: Abi | undefined },
): number | undefined {
  if (narrow.abi !== undefined) return narrow.abi.requests.get(request.name)?.number;
  const declaration = abi.records.get(request.argument ?? '') ?? undefined;
  const type = declaration?.record ?? abi.typedefs.get(request.argument ?? '')?.type;
  if (type === undefined) return undefined;
  const sizeBits = ifLaidOut(() => extentOf(type, narrow.target).sizeBits);
  if (sizeBits === undefined) return undefined;
  const { direction, type: letter, nr } = request;
  return encodeRequest({ direction, type: letter, nr, sizeBytes: sizeBits / 8 }, narrow.target);
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}
