/**
 * From a captured call to the request it makes and the record it carries, on one target.
 *
 * A number can belong to two requests; the descriptor decides, and failing that the name the capture gives. Every version of
 * the record is at hand, because what the kernel answered can show that it knows another one than the newest merged.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { encodeRequest } from '../abi/request.ts';
import type { Target } from '../abi/target.ts';
import type { CapturedCall } from '../capture/call.ts';
import { describeRecord } from '../codec/descriptor.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import {
  builtInConstantNames,
  findBuiltInRecord,
  findBuiltInRequests,
  variantsOfBuiltInRecord,
} from './built-in-layouts.ts';

/** Everything known about the record of a name: the version to read it with, and the others. */
export interface RecordVersions {
  readonly preferred: RecordDescriptor;
  readonly others: readonly RecordDescriptor[];
}

export interface CallMeaning {
  readonly name: string;
  readonly number: number | undefined;
  readonly declaration: RequestDeclaration | undefined;
  readonly versions: RecordVersions | undefined;
  /** Other requests with the same number, where nothing decides between them. */
  readonly alternatives: readonly string[];
}

export class CallRecords {
  readonly target: Target;
  readonly #requests = new Map<string | number, readonly RequestDeclaration[]>();
  readonly #constants = new Map<string, ReadonlyMap<bigint, string>>();
  readonly #records = new Map<string, RecordVersions | undefined>();

  constructor(target: Target) {
    this.target = target;
  }

  /** What a call asks for, as far as its number, its name and its descriptor tell. */
  meaningOf(call: CapturedCall): CallMeaning {
    const { request, descriptor } = call;
    const number =
      request.number ?? (request.parts === undefined ? undefined : encodeRequest(request.parts, this.target));
    const [onlyName] = request.names;
    const keys = number === undefined ? request.names : [number];
    const all = keys.flatMap((key) => this.#requestsOf(key));
    const named = all.filter(({ name }) => request.names.length === 0 || request.names.includes(name));
    const candidates = named.length > 0 ? named : all;
    const fitting = candidates.filter(
      ({ descriptors }) => descriptors?.some((kind) => kind === descriptor.kind) === true,
    );
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
    const known = this.#requests.get(key);
    if (known !== undefined) return known;
    const found = findBuiltInRequests(key, this.target).map(({ declaration }) => declaration);
    // Numbers in a hostile log are endless.
    if (this.#requests.size < 4096) this.#requests.set(key, found);
    return found;
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
