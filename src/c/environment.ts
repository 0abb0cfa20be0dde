/**
 * What a piece of a header can see: the macros, types and names that are declared where it begins.
 *
 * An `Environment` is a chain of layers of writes over the predefined macros of the targets. It is one for all viewers
 * (`viewers.ts`): a layer may count for some of them only, and a name in it may be `Divided` between them. Facts about a target
 * that code asks for (the data model, or everything) are looked up like macros under names that no macro can have.
 */

import type { LayoutPragmas, OrdinaryBinding, SizedType, TagBinding } from './lower/symbols.ts';
import { Macro, type SavedMacros } from './macro.ts';
import { type Name, NameGroups, type NameSpace, type NameTable } from './names.ts';
import { only, type Viewers } from './viewers.ts';

/** Stands in a layer for a name that was defined before and is not any more (`#undef`). */
export const undefinedMarker = Symbol('undefined');
export type Removed = typeof undefinedMarker;

/** Target facts that an effect may depend on; the space keeps them apart from macro names. */
export const dataModelFact = ' data model';
export const targetFact = ' target';
/** How `_IOC` packs its parts. */
export const requestFact = ' request encoding';

/** What a name in the macro name space stands for: a macro, a target fact, or a note of the preprocessor's own. */
export type MacroBinding = Macro | string | LayoutPragmas | SavedMacros;

/** What there is in each name space. */
export interface Bindings extends Record<NameSpace, unknown> {
  readonly macros: MacroBinding | Removed;
  readonly ordinary: OrdinaryBinding;
  readonly tags: TagBinding;
}

/** What one piece of text writes. */
export class Layer {
  readonly macros = new Map<string, MacroBinding | Removed>();
  readonly ordinary = new Map<string, OrdinaryBinding>();
  readonly tags = new Map<string, TagBinding>();
  readonly groups = new NameGroups();
  #newNames: number | undefined;

  get isEmpty(): boolean {
    return this.macros.size + this.ordinary.size + this.tags.size === 0;
  }

  /** To be told of every name that it holds. */
  note(space: NameSpace, text: string, names: NameTable): void {
    const name = names.of(space, text);
    name.group ??= this.#newNames ??= names.newGroup();
    this.groups.add(name.group);
  }
}

/** Something that some viewers have. */
export interface Part<T> {
  readonly viewers: Viewers;
  readonly is: T;
}

/** What a name means where viewers differ; to those in no part it means what it meant before. */
export class Divided<T> {
  readonly #parts: { viewers: Viewers; readonly is: T }[] = [];

  constructor(viewers: Viewers, is: T) {
    this.#parts.push({ viewers, is });
  }

  get parts(): readonly Part<T>[] {
    return this.#parts;
  }

  /** Makes it mean something else to some. Only for who made it, before anybody else looks at it. */
  set(viewers: Viewers, is: T): void {
    let isThere = false;
    for (const part of this.#parts) {
      if (part.is === is) {
        part.viewers |= viewers;
        isThere = true;
      } else part.viewers &= ~viewers;
    }
    if (!isThere) this.#parts.push({ viewers, is });
  }

  /** Adds an answer of some, who may have others as well. */
  add(viewers: Viewers, is: T): void {
    const same = this.#parts.find((part) => part.is === is);
    if (same === undefined) this.#parts.push({ viewers, is });
    else same.viewers |= viewers;
  }

  /** The one meaning that `all` see, if there is one. */
  commonTo(all: Viewers): Part<T> | undefined {
    return this.#parts.find(({ viewers }) => viewers === all);
  }
}

/** What several pieces of text write, some of them for some viewers only. */
export class JoinedLayer {
  readonly groups = new NameGroups();
  readonly isEmpty: boolean;
  readonly #layers: readonly Part<Layer | JoinedLayer>[];
  readonly #all: Viewers;
  readonly #written: { -readonly [Space in NameSpace]?: Joined<Bindings[Space]> } = {};

  /** `all`: whoever reads any of it; what all of them see is not divided. */
  constructor(layers: readonly Part<Layer | JoinedLayer>[], all: Viewers) {
    this.isEmpty = layers.every(({ is }) => is.isEmpty);
    this.#layers = layers;
    this.#all = all;
    for (const { is } of layers) this.groups.addAll(is.groups);
  }

  // Put together once something is looked for in it: of what many headers include, most ask little.
  get macros(): Joined<Bindings['macros']> {
    return (this.#written.macros ??= this.#join((layer) => layer.macros));
  }

  get ordinary(): Joined<OrdinaryBinding> {
    return (this.#written.ordinary ??= this.#join((layer) => layer.ordinary));
  }

  get tags(): Joined<TagBinding> {
    return (this.#written.tags ??= this.#join((layer) => layer.tags));
  }

  #join<T>(spaceOf: (layer: Layer | JoinedLayer) => Joined<T>): Joined<T> {
    const map = new Map<string, T | Divided<T>>();
    for (const { viewers, is } of this.#layers) addTo(map, spaceOf(is), viewers, this.#all);
    putTogether(map, this.#all);
    return map;
  }
}

/** What names mean to those who see it. */
type Joined<T> = ReadonlyMap<string, T | Divided<T>>;

function addTo<T>(
  map: Map<string, T | Divided<T>>,
  added: ReadonlyMap<string, T | Divided<T>>,
  viewers: Viewers,
  all: Viewers,
): void {
  for (const [name, binding] of added) {
    if (!(binding instanceof Divided)) set(map, name, binding, viewers, all);
    else for (const part of binding.parts) set(map, name, part.is, part.viewers & viewers, all);
  }
}

function set<T>(map: Map<string, T | Divided<T>>, name: string, is: T, viewers: Viewers, all: Viewers): void {
  if (viewers === 0) return;
  if (viewers === all) {
    map.set(name, is);
    return;
  }
  const known = map.get(name);
  if (known instanceof Divided) known.set(viewers, is);
  else if (known === undefined) map.set(name, new Divided(viewers, is));
  else if (known !== is) {
    const divided = new Divided<T>(all, known);
    divided.set(viewers, is);
    map.set(name, divided);
  }
}

/** What turned out to mean the same to all is not divided. */
function putTogether<T>(map: Map<string, T | Divided<T>>, all: Viewers): void {
  for (const [name, binding] of map) {
    const common = binding instanceof Divided ? binding.commonTo(all) : undefined;
    if (common !== undefined) map.set(name, common.is);
  }
}

/** Size or alignment of a type on the target in bytes, or why it has none. */
export type Measure = (type: SizedType, property: 'size' | 'align') => number | string;

export class Environment {
  readonly parent: Environment | undefined;
  readonly layer: Layer | JoinedLayer;
  /** Those for whom the layer counts. */
  readonly viewers: Viewers;
  /** By the number of the viewer. */
  readonly measures: readonly Measure[];
  /** Of all layers there are, whether they belong to this chain or not. */
  readonly names: NameTable;
  /** The groups of the names in the layer and in those it builds on. */
  readonly groups = new NameGroups();

  constructor(
    layer: Layer | JoinedLayer,
    parent: Environment | { readonly measures: readonly Measure[]; readonly names: NameTable },
    viewers: Viewers,
  ) {
    this.layer = layer;
    this.viewers = viewers;
    this.parent = parent instanceof Environment ? parent : undefined;
    this.measures = parent.measures;
    this.names = parent.names;
    this.groups.addAll(layer.groups);
    if (parent instanceof Environment) this.groups.addAll(parent.groups);
  }
}

/** `top`, which builds on `base`, built on `ground` instead. */
export function rebased(top: Environment, base: Environment, ground: Environment): Environment {
  const above: Environment[] = [];
  for (let at: Environment | undefined = top; at !== undefined && at !== base; at = at.parent) above.push(at);
  return above.reduceRight((below, { layer, viewers }) => new Environment(layer, below, viewers), ground);
}

/**
 * Those among `viewers` to whom `name` means `answer`; `undefined`: nothing. `isSame`: whether what it means to them is as good as
 * the answer, or the very thing.
 */
export function agreeing<Space extends NameSpace>(
  environment: Environment,
  space: Space,
  { text, group }: Name,
  answer: Bindings[Space] | undefined,
  viewers: Viewers,
  isSame: (one: unknown, other: unknown) => boolean = isAsGood,
): Viewers {
  if (group === undefined || !environment.groups.has(group)) return answer === undefined ? viewers : 0;
  let rest = viewers;
  let agreed = 0;
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    const here = rest & at.viewers;
    if (here === 0 || !at.layer.groups.has(group)) continue;
    const found = at.layer[space].get(text);
    if (found === undefined) continue;
    if (found instanceof Divided) {
      for (const { viewers: some, is } of found.parts) {
        const hit = some & here;
        if (hit === 0) continue;
        if (isSame(is === undefinedMarker ? undefined : is, answer)) agreed |= hit;
        rest &= ~hit;
      }
    } else {
      if (isSame(found === undefinedMarker ? undefined : found, answer)) agreed |= here;
      rest &= ~here;
    }
    if (rest === 0) return agreed;
  }
  return answer === undefined ? agreed | rest : agreed;
}

/** Those among `viewers` for whom no layer says what `name` means, or that it means nothing any more. */
export function unanswered(
  environment: Environment,
  space: NameSpace,
  { text, group }: Name,
  viewers: Viewers,
): Viewers {
  if (group === undefined || !environment.groups.has(group)) return viewers;
  let rest = viewers;
  for (let at: Environment | undefined = environment; at !== undefined && rest !== 0; at = at.parent) {
    const here = rest & at.viewers;
    if (here === 0 || !at.layer.groups.has(group)) continue;
    const found = at.layer[space].get(text);
    if (found instanceof Divided) for (const part of found.parts) rest &= ~(part.viewers & here);
    else if (found !== undefined) rest &= ~here;
  }
  return rest;
}

/** What `name` means to each of `viewers`; those to whom it means nothing are in no part. */
export function meaningsOf<Space extends NameSpace>(
  environment: Environment,
  space: Space,
  name: string,
  viewers: Viewers,
): readonly Part<Bindings[Space]>[] {
  const group = environment.names.groupOf(space, name);
  if (group === undefined || !environment.groups.has(group)) return [];
  const parts: Part<Bindings[Space]>[] = [];
  let rest = viewers;
  const take = (is: Bindings[Space], some: Viewers): void => {
    if (some === 0) return;
    rest &= ~some;
    if (is !== undefinedMarker) parts.push({ viewers: some, is });
  };
  for (let at: Environment | undefined = environment; at !== undefined && rest !== 0; at = at.parent) {
    const here = rest & at.viewers;
    if (here === 0 || !at.layer.groups.has(group)) continue;
    const found = at.layer[space].get(name) as Held<Space>;
    if (found instanceof Divided) for (const part of found.parts) take(part.is, part.viewers & here);
    else if (found !== undefined) take(found, here);
  }
  return parts;
}

/** What `name` means to viewer `number`. */
export function meaningFor<Space extends NameSpace>(
  environment: Environment,
  space: Space,
  name: string,
  number: number,
): Exclude<Bindings[Space], Removed> | undefined {
  const group = environment.names.groupOf(space, name);
  if (group === undefined || !environment.groups.has(group)) return undefined;
  const viewer = only(number);
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if ((at.viewers & viewer) === 0 || !at.layer.groups.has(group)) continue;
    const found = at.layer[space].get(name) as Held<Space>;
    const is = found instanceof Divided ? found.parts.find(({ viewers }) => (viewers & viewer) !== 0)?.is : found;
    if (is === undefinedMarker) return undefined;
    if (is !== undefined) return is as Exclude<Bindings[Space], Removed>;
  }
  return undefined;
}

/** Whether two answers to one question say the same. */
export function isAsGood(one: unknown, other: unknown): boolean {
  return one === other || (one instanceof Macro && other instanceof Macro && one.isAsGoodAs(other));
}

type Held<Space extends NameSpace> = Bindings[Space] | Divided<Bindings[Space]> | undefined;

/** The surroundings as one viewer sees them. */
export class View {
  readonly environment: Environment;
  readonly viewer: number;
  constructor(environment: Environment, viewer: number) {
    this.environment = environment;
    this.viewer = viewer;
  }

  macro(name: string): MacroBinding | undefined {
    return meaningFor(this.environment, 'macros', name, this.viewer);
  }

  ordinary(name: string): OrdinaryBinding | undefined {
    return meaningFor(this.environment, 'ordinary', name, this.viewer);
  }

  tag(name: string): TagBinding | undefined {
    return meaningFor(this.environment, 'tags', name, this.viewer);
  }

  /** Size or alignment of a type in bytes, or why it has none. */
  measure(type: SizedType, property: 'size' | 'align'): number | string {
    const measure = this.environment.measures[this.viewer];
    if (measure === undefined) throw new RangeError(`there is no viewer ${this.viewer}`);
    return measure(type, property);
  }
}

/**
 * A view that remembers what it told: a thousand macros of a header ask for the same few names, and a request for its record
 * whenever it is looked for.
 */
export class LastingView extends View {
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();

  override macro(name: string): MacroBinding | undefined {
    let found = this.#macros.get(name);
    if (found === undefined && !this.#macros.has(name)) this.#macros.set(name, (found = super.macro(name)));
    return found;
  }

  override tag(name: string): TagBinding | undefined {
    let found = this.#tags.get(name);
    if (found === undefined && !this.#tags.has(name)) this.#tags.set(name, (found = super.tag(name)));
    return found;
  }
}
