/** Unions: an arm that is new or gone, and a union that takes more or fewer bytes than before. */

import type { UnionChange } from '../diff/changes.ts';
import {
  answers,
  at,
  broken,
  bytesOf,
  factsOfNode,
  factsOfRecord,
  harmless,
  type Judgement,
  kept,
  membersWords,
  sizeRuleOf,
  subjectOf,
  unknown,
} from './judgement.ts';
import type { Surroundings } from './surroundings.ts';
import { gateOf, trafficOf } from './traffic.ts';
import { firstLeaf, offsetWitness, sampleFor, witnessBytes } from './witness.ts';

type ArmAdded = Extract<UnionChange, { kind: 'union-arm-added' }>;

export function judgeArmAdded(change: ArmAdded, surroundings: Surroundings): Judgement {
  const { pair, node, old, fields = [node] } = change;
  const sizeBits = Math.max(...fields.map((one) => one.offsetBits + one.sizeBits)) - node.offsetBits;
  const gate = gateOf(pair, node, surroundings.carriers.new);
  const fits = sizeBits <= old.sizeBits;
  const when = gate === undefined ? '' : `; it is used only if ${gate.text}`;
  const size = ` of the union's ${String(old.sizeBits / 8)}`;
  const traffic = trafficOf(pair, node, surroundings.carriers.new);
  const isGated = gate?.isClosed === true || !traffic.toKernel;
  return {
    rule: 'union-arm-added',
    subject: subjectOf(pair, node),
    old: null,
    new: factsOfNode(pair.new, node),
    message: `${membersWords(fields.map(({ path }) => path))} ${fields.length === 1 ? 'is' : 'are together'} a new arm, ${bytesOf(sizeBits)}${size}`,
    answers: answers({
      'old-binary': kept(
        gate?.isClosed === true
          ? `it is used only if ${gate.text}, which old programs never ask for`
          : `old programs know the other arms, which stay where they are${when}`,
      ),
      rebuild: kept('every old arm keeps its name, place and type'),
      'mixed-objects': kept(fits ? 'the union keeps its size' : 'the size of the union is judged by itself'),
      'new-binary': isGated
        ? kept(
            gate === undefined ? 'an old kernel never fills it' : `on an old kernel it never holds that ${gate.text}`,
          )
        : kept('a program that uses an arm has to know that the kernel does'),
    }),
    witness: undefined,
  };
}

type ArmRemoved = Extract<UnionChange, { kind: 'union-arm-removed' }>;

export function judgeArmRemoved(change: ArmRemoved): Judgement {
  const { pair, node } = change;
  return {
    rule: 'union-arm-removed',
    subject: subjectOf(pair, node),
    old: factsOfNode(pair.old, node),
    new: null,
    message: `${node.path} is no longer an arm of the union`,
    answers: answers({
      'old-binary': unknown('the headers do not say whether the kernel still fills these bytes the old way'),
      rebuild: broken(`a program that names ${node.path} no longer compiles`),
      'mixed-objects': unknown('old objects still read the arm; whether anybody writes it is not in the headers'),
      'new-binary': kept('a new program does not know it'),
    }),
    witness: {
      kind: 'source',
      contract: 'rebuild',
      code: `void f(${pair.name} *p) { (void)sizeof(p->${node.path.replaceAll('[]', '[0]')}); }`,
      problem: `no member named '${node.name}'`,
    },
  };
}

type UnionResized = Extract<UnionChange, { kind: 'union-resized' }>;

export function judgeUnionResized(change: UnionResized, surroundings: Surroundings): Judgement {
  const { pair, old, new: next } = change;
  const grew = next.sizeBits > old.sizeBits;
  const follower = pair.old.nodes.find((node) => {
    const other = pair.matches.get(node);
    return (
      node.offsetBits >= old.offsetBits + old.sizeBits && other !== undefined && other.offsetBits !== node.offsetBits
    );
  });
  const name = old.path === undefined || old.path === '' ? `the union at ${at(old.offsetBits)}` : old.path;
  const subject = old.path === undefined || old.path === '' ? pair.name : `${pair.name}.${old.path}`;
  const arms = next.members.flatMap((path) => pair.new.byPath.get(path) ?? []);
  const widest = [...arms].sort((a, b) => b.sizeBits - a.sizeBits)[0];
  const facts = (sizeBits: number, side: 'old' | 'new'): Judgement['old'] => ({
    ...factsOfRecord(pair[side]),
    offsetBits: side === 'old' ? old.offsetBits : next.offsetBits,
    sizeBits,
  });
  const rule = sizeRuleOf(pair, surroundings);
  const base = {
    rule: grew ? ('union-outgrown' as const) : ('union-shrank' as const),
    subject,
    old: facts(old.sizeBits, 'old'),
    new: facts(next.sizeBits, 'new'),
    message: `${name} ${grew ? 'grew' : 'shrank'} from ${bytesOf(old.sizeBits)} to ${bytesOf(next.sizeBits)}${
      grew && widest !== undefined ? ` (its largest arm is ${widest.path})` : ''
    }`,
  };
  if (follower === undefined) {
    const why = `nothing stands behind it; the size of ${pair.name} is judged by itself`;
    return { ...base, answers: harmless(why), witness: undefined };
  }
  const other = pair.matches.get(follower) ?? follower;
  const wrong = broken(
    `${follower.path} and what follows moved from ${at(follower.offsetBits)} to ${at(other.offsetBits)}`,
  );
  const traffic = trafficOf(pair, follower, surroundings.carriers.old);
  const writer = traffic.toKernel ? 'old' : 'new';
  const samples = [sampleFor(firstLeaf(writer === 'old' ? pair.old : pair.new, writer === 'old' ? follower : other))];
  return {
    ...base,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('source code names fields, not places'),
      'mixed-objects': wrong,
      'new-binary': rule === 'exact' ? kept('the request number changed with the size') : wrong,
    }),
    witness:
      witnessBytes({
        pair,
        contract: 'old-binary',
        writer,
        samples,
        show: [firstLeaf(writer === 'old' ? pair.new : pair.old, writer === 'old' ? other : follower)],
        order: surroundings.order,
      }) ?? offsetWitness(pair, follower),
  };
}
