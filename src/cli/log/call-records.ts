/**
 * From a captured call to the request it makes and the record it carries, on one target.
 *
 * A number can belong to two requests; the descriptor decides, and failing that the name the capture gives. Every version of
 * the record is at hand, because what the kernel answered can show that it knows another one than the newest merged.
 */

import type { RequestDeclaration } from '../../abi/abi.ts';
import { layoutOf } from '../../abi/layout-engine.ts';
import { decodeRequest, encodeRequest, type RequestParts } from '../../abi/request.ts';
import { findTarget, type Target } from '../../abi/target.ts';
import type { CapturedCall } from '../../capture/call.ts';
import type { RecordVersions } from '../../capture/version-choice.ts';
import { describeRecord } from '../../codec/descriptor.ts';
import type { RecordDescriptor } from '../../codec/record-descriptor.ts';
import {
  builtInConstantNames,
  builtInRequests,
  findBuiltInRecord,
  findBuiltInRequests,
  variantsOfBuiltInRecord,
} from '../built-in-layouts.ts';
import { counted } from '../../diagnostic.ts';
import { isOnTarget } from './request-architectures.ts';

export interface CallMeaning {
  readonly name: string;
  readonly number: number | undefined;
  readonly declaration: RequestDeclaration | undefined;
  readonly versions: RecordVersions | undefined;
  /** Other requests with the same number, where nothing decides between them. */
  readonly alternatives: readonly string[];
}

const kvmType = 0xae;
const notOfKvm = 'this is no request of KVM';
const unknownRequest = 'the kernel knows no such request';
const noRequest = 'KVM has no such request';
const wrongDescriptor = 'this is a request to ';

/** What a sentence of {@link CallRecords.whyUnknown} is about, in a few words. */
export function kindOfReason(why: string): string | undefined {
  if (why.startsWith(wrongDescriptor)) return 'requests made to the wrong kind of descriptor';
  if (why.startsWith(notOfKvm)) return 'requests that are none of KVM';
  if (why === noRequest || why.startsWith(unknownRequest)) {
    return 'numbers that are no request of this kernel (another size or direction makes another request)';
  }
  return undefined;
}
const otherTargets = ['arm64', 'x86_64', 's390x', 'ppc64le', 'riscv64', 'loongarch64', 'mips64'];
const kindWords = {
  system: '/dev/kvm',
  vm: 'a machine',
  vcpu: 'a virtual CPU',
  device: 'a device',
} as const;

interface RequestIndex {
  readonly all: readonly RequestDeclaration[];
  readonly byName: ReadonlyMap<string, readonly RequestDeclaration[]>;
  /** A number can have several names: the descriptor tells them apart. */
  readonly byNumber: ReadonlyMap<number, readonly RequestDeclaration[]>;
}

/** The first declaration of a name stands; other files may repeat it. */
function indexOf(all: readonly RequestDeclaration[]): RequestIndex {
  const byName = new Map<string, RequestDeclaration[]>();
  const byNumber = new Map<number, RequestDeclaration[]>();
  for (const declaration of all) {
    if (byName.has(declaration.name)) continue;
    byName.set(declaration.name, [declaration]);
    byNumber.set(declaration.number, [...(byNumber.get(declaration.number) ?? []), declaration]);
  }
  return { all, byName, byNumber };
}

const directionWords = {
  none: 'carries nothing',
  read: 'reads',
  write: 'writes',
  readwrite: 'writes and reads',
} as const;

function differenceOf(asked: RequestParts, known: RequestDeclaration): string {
  if (asked.direction === known.direction) {
    return `${counted(known.sizeBytes, 'byte')} instead of ${String(asked.sizeBytes)}`;
  }
  const what = ({ direction, sizeBytes }: Pick<RequestParts, 'direction' | 'sizeBytes'>): string =>
    direction === 'none' ? directionWords.none : `${directionWords[direction]} ${counted(sizeBytes, 'byte')}`;
  return `${what(known)} where this one ${what(asked)}`;
}

export class CallRecords {
  readonly #reasons = new Map<string, string | undefined>();
  readonly target: Target;
  #requests: RequestIndex | undefined;
  /** By request as it was read, which a reader does once for each text, and by kind of descriptor. */
  readonly #meanings = new WeakMap<CapturedCall['request'], Map<string, CallMeaning>>();
  readonly #constants = new Map<string, ReadonlyMap<bigint, string>>();
  readonly #records = new Map<string, RecordVersions | undefined>();

  constructor(target: Target) {
    this.target = target;
  }

  /** What a call asks for, as far as its number, its name and its descriptor tell. */
  meaningOf({ request, descriptor }: CapturedCall): CallMeaning {
    let meanings = this.#meanings.get(request);
    if (meanings === undefined) {
      meanings = new Map();
      this.#meanings.set(request, meanings);
    }
    let meaning = meanings.get(descriptor.kind);
    if (meaning === undefined) {
      meaning = this.#meaningOf(request, descriptor.kind);
      meanings.set(descriptor.kind, meaning);
    }
    return meaning;
  }

  #meaningOf(request: CapturedCall['request'], kind: CapturedCall['descriptor']['kind']): CallMeaning {
    const number =
      request.number ?? (request.parts === undefined ? undefined : encodeRequest(request.parts, this.target));
    const [onlyName] = request.names;
    const keys = number === undefined ? request.names : [number];
    const all = keys.flatMap((key) => this.#requestsOf(key));
    const named = all.filter(({ name }) => request.names.length === 0 || request.names.includes(name));
    const candidates = named.length > 0 ? named : all;
    const fitting = candidates.filter(({ descriptors }) => descriptors?.some((one) => one === kind) === true);
    const [declaration, ...alternatives] = fitting.length > 0 ? fitting : candidates;
    const record = declaration?.argument;
    return {
      name: declaration?.name ?? onlyName ?? request.text,
      number: declaration?.number ?? number,
      declaration,
      versions: record === undefined ? undefined : this.versionsOf(record),
      alternatives: alternatives.map(({ name }) => name),
    };
  }

  /**
   * Why the kernel does not know a request, or not on this descriptor; `undefined` if it does.
   * KVM compares the whole number, so another size or direction is another request.
   */
  whyUnknown(call: CapturedCall, meaning: CallMeaning): string | undefined {
    const key = `${call.descriptor.kind} ${String(meaning.number)} ${meaning.name}`;
    if (this.#reasons.has(key)) return this.#reasons.get(key);
    const reason = this.#whyUnknown(call, meaning);
    // Other architectures are looked through for it, which takes a while, and a log repeats itself.
    if (this.#reasons.size < 4096) this.#reasons.set(key, reason);
    return reason;
  }

  #whyUnknown(call: CapturedCall, { name, number, declaration }: CallMeaning): string | undefined {
    const { kind } = call.descriptor;
    if (declaration !== undefined) {
      const { descriptors } = declaration;
      if (descriptors === undefined || kind === 'unknown' || kind === 'other') return undefined;
      if (descriptors.some((one) => one === kind)) {
        return isOnTarget(name, this.target.name) ? undefined : `KVM on ${this.target.name} has no ${name}`;
      }
      return `${wrongDescriptor}${descriptors.map((one) => kindWords[one]).join(' or ')}, not to ${kindWords[kind]}`;
    }
    if (kind === 'unknown' || kind === 'other') return undefined;
    const parts = call.request.parts ?? (number === undefined ? undefined : decodeRequest(number, this.target));
    if (parts === undefined) return name.startsWith('KVM_') ? undefined : notOfKvm;
    if (parts.type !== kvmType) {
      const isNamed = /^[A-Z]\w+$/.test(name);
      return isNamed ? notOfKvm : `${notOfKvm}: those have type 0xae, this one 0x${parts.type.toString(16)}`;
    }
    const similar = this.#index.all.filter(({ type, nr }) => type === kvmType && nr === parts.nr);
    const likely = similar.filter(({ descriptors }) => descriptors?.some((one) => one === kind) !== false);
    const nearest =
      likely.find((one) => one.name === name) ??
      likely.find(({ direction }) => direction === parts.direction) ??
      likely.find((one) => isOnTarget(one.name, this.target.name));
    if (nearest !== undefined) {
      return `${unknownRequest}; ${nearest.name} has this number but ${differenceOf(parts, nearest)}, and the whole has to match`;
    }
    const elsewhere = otherTargets.flatMap((target) => {
      const other = findTarget(target);
      if (other === undefined || other.name === this.target.name) return [];
      const [found] = findBuiltInRequests(encodeRequest(parts, other), other);
      return found === undefined ? [] : [`${found.declaration.name} exists on ${other.name} only`];
    });
    return elsewhere[0] ?? noRequest;
  }

  /** The constant of a family (`KVM_CAP_`, `KVM_EXIT_`) that has the value. */
  constantName(prefix: string, value: bigint): string | undefined {
    let names = this.#constants.get(prefix);
    if (names === undefined) {
      names = builtInConstantNames(prefix, this.target);
      this.#constants.set(prefix, names);
    }
    return names.get(value);
  }

  /** Whether the target has the request: evidence for it. */
  knows(call: CapturedCall): boolean {
    const { number, names } = call.request;
    return (number === undefined ? names : [number]).some((key) => this.#requestsOf(key).length > 0);
  }

  #requestsOf(key: string | number): readonly RequestDeclaration[] {
    return (typeof key === 'number' ? this.#index.byNumber.get(key) : this.#index.byName.get(key)) ?? [];
  }

  get #index(): RequestIndex {
    return (this.#requests ??= indexOf(builtInRequests(this.target)));
  }

  /** All versions of a record; `name` may ask for one of them with `#`. `undefined` if nothing is known of it. */
  versionsOf(name: string): RecordVersions | undefined {
    const cached = this.#records.get(name);
    if (cached !== undefined || this.#records.has(name)) return cached;
    const versions = this.#describeVersions(name);
    this.#records.set(name, versions);
    return versions;
  }

  #describeVersions(name: string): RecordVersions | undefined {
    const preferred = this.#describe(name);
    if (preferred === undefined) return undefined;
    const [bare = ''] = name.split('#');
    const others = variantsOfBuiltInRecord(bare, this.target)
      .filter((variant) => variant.name !== preferred.variant)
      .flatMap((variant) => this.#describe(`${bare}#${variant.name}`) ?? []);
    return { preferred, others };
  }

  #describe(name: string): RecordDescriptor | undefined {
    const found = findBuiltInRecord(name, this.target);
    if (found === undefined) return undefined;
    return describeRecord(layoutOf(found.declaration.record, this.target), found.abi.variant?.name);
  }
}
