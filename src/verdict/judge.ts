/**
 * From a change to what is to be said about it: one judge per kind of change. What says all there is to know is judged once,
 * whichever targets see it (`diff/shared-changes.ts`).
 */

import type { Change } from '../diff/changes.ts';
import { judgeArmAdded, judgeArmRemoved, judgeFieldAdded, judgeUnionResized } from './judge-added.ts';
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
import type { Context, Judgement } from './judgement.ts';

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
      return judgeAlignment(change, context);
    case 'field-added':
      return judgeFieldAdded(change, context);
    case 'field-removed':
      return judgeRemoved(change, context);
    case 'field-moved':
      return judgeMoved(change, context);
    case 'field-renamed':
      return judgeRenamed(change, context);
    case 'field-resized':
      return judgeResized(change, context);
    case 'inner-record-resized':
      return judgeInnerResized(change, context);
    case 'field-retyped':
      return judgeRetyped(change, context);
    case 'filler-changed':
      return judgeFillerChanged(change);
    case 'flexible-array':
      return judgeFlexible(change);
    case 'union-arm-added':
      return judgeArmAdded(change, context);
    case 'union-arm-removed':
      return judgeArmRemoved(change);
    case 'union-resized':
      return judgeUnionResized(change, context);
    case 'union-reordered':
      return judgeUnionReordered(change);
    case 'union-selector':
      return judgeSelector(change, context);
    case 'value-meaning':
      return judgeValueMeaning(change);
    case 'value-renumbered':
      return judgeValueRenumbered(change);
    case 'boolean-mask':
      return judgeBooleanMask(change);
    case 'filler-check':
      return judgeCheck(change, context);
    case 'accepted-mask':
      return judgeAcceptedMask(change, context);
    case 'number-added':
    case 'number-removed':
    case 'number-changed':
    case 'number-collision':
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
