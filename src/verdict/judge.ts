/**
 * From a change to what is to be said about it: one judge per kind of change. What says all there is to know is judged once,
 * whichever targets see it (`diff/shared-changes.ts`).
 */

import type { Change, RecordPair } from '../diff/changes.ts';
import { onceFor } from '../abi/once.ts';
import { judgeFieldAdded } from './judge-added.ts';
import { judgeDocumentation } from './judge-documentation.ts';
import { judgeFillerChanged, judgeInnerResized, judgeMoved, judgeRemoved, judgeRenamed } from './judge-fields.ts';
import {
  judgeAcceptedMask,
  judgeBooleanMask,
  judgeCheck,
  judgeSelector,
  judgeUnionReordered,
  judgeValueMeaning,
  judgeValueRenumbered,
} from './judge-meanings.ts';
import { judgeName } from './judge-names.ts';
import { judgeNumber } from './judge-numbers.ts';
import {
  judgeAlignment,
  judgeRecordAdded,
  judgeRecordKind,
  judgeRecordRemoved,
  judgeRecordRenamed,
  judgeRecordSize,
} from './judge-records.ts';
import { judgeRequest, judgeRequestChanged } from './judge-requests.ts';
import { judgeFlexible, judgeResized, judgeRetyped } from './judge-types.ts';
import { judgeArmAdded, judgeArmRemoved, judgeUnionResized } from './judge-unions.ts';
import type { Context, Judgement } from './judgement.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

export function judge(change: Change, context: Context): Judgement {
  switch (change.kind) {
    case 'documentation-differs':
      return once(change, judgeDocumentation);
    case 'record-added':
      return once(change, judgeRecordAdded);
    case 'record-removed':
      return once(change, judgeRecordRemoved);
    case 'record-renamed':
      return judgeRecordRenamed(change, context);
    case 'record-kind':
      return once(change, judgeRecordKind);
    case 'record-size':
      return judgeRecordSize(change, context);
    case 'record-alignment':
      return amid(change, context, judgeAlignment);
    case 'field-added':
      return amid(change, context, judgeFieldAdded);
    case 'field-removed':
      return judgeRemoved(change, context);
    case 'field-moved':
      return amid(change, context, judgeMoved);
    case 'field-renamed':
      return judgeRenamed(change, context);
    case 'field-resized':
      return amid(change, context, judgeResized);
    case 'inner-record-resized':
      return amid(change, context, judgeInnerResized);
    case 'field-retyped':
      return judgeRetyped(change, context);
    case 'filler-changed':
      return once(change, judgeFillerChanged);
    case 'flexible-array':
      return once(change, judgeFlexible);
    case 'union-arm-added':
      return amid(change, context, judgeArmAdded);
    case 'union-arm-removed':
      return once(change, judgeArmRemoved);
    case 'union-resized':
      return amid(change, context, judgeUnionResized);
    case 'union-reordered':
      return once(change, judgeUnionReordered);
    case 'union-selector':
      return amid(change, context, judgeSelector);
    case 'value-meaning':
      return once(change, judgeValueMeaning);
    case 'value-renumbered':
      return once(change, judgeValueRenumbered);
    case 'boolean-mask':
      return once(change, judgeBooleanMask);
    case 'filler-check':
      return amid(change, context, judgeCheck);
    case 'accepted-mask':
      return amid(change, context, judgeAcceptedMask);
    case 'number-added':
    case 'number-removed':
    case 'number-changed':
    case 'number-collision':
    case 'macro-became-enumerator':
      return once(change, judgeNumber);
    case 'request-added':
    case 'request-removed':
    case 'request-collision':
      return once(change, judgeRequest);
    case 'request-changed':
      return judgeRequestChanged(change, context);
    case 'declarations-moved':
    case 'header-added':
    case 'header-removed':
    case 'includes-fewer':
    case 'macro-added':
    case 'macro-removed':
    case 'macro-changed':
    case 'enum-renamed':
    case 'typedef-added':
    case 'typedef-removed':
    case 'typedef-changed':
      return once(change, judgeName);
    default:
      return change satisfies never;
  }
}

const judgements = new WeakMap<Change, Judgement>();

function once<C extends Change>(change: C, judgeAlone: (change: C) => Judgement): Judgement {
  let judgement = judgements.get(change);
  if (judgement === undefined) judgements.set(change, (judgement = judgeAlone(change)));
  return judgement;
}

/** Once for all targets that show the same change of a record, and the same of what is around it. */
function amid<C extends Change & { readonly pair: RecordPair }>(
  change: C,
  { abis }: Context,
  judgeThere: (change: C, surroundings: Surroundings) => Judgement,
): Judgement {
  const surroundings = surroundingsOf(abis, change.pair);
  const known = judgedAmid(change);
  let judgement = known.get(surroundings);
  if (judgement === undefined) known.set(surroundings, (judgement = judgeThere(change, surroundings)));
  return judgement;
}

const judgedAmid = onceFor<Change, Map<Surroundings, Judgement>>(() => new Map<Surroundings, Judgement>());
