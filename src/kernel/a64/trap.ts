/** Why a guest stops running: what the hypervisor is told, or that the interpreter gives up. */

/** Something is wrong with a guest physical address. */
export type MemoryFault =
  /** No memory slot there. `level` is where the stage-2 walk ended. */
  | { readonly kind: 'hole'; readonly level: number }
  /** A store to a read-only slot. */
  | { readonly kind: 'read-only'; readonly level: number }
  /** The page is broken: an external abort. */
  | {
      readonly kind: 'external-abort';
      readonly faultStatus: number;
      readonly errorType: number;
      readonly farNotValid: boolean;
      readonly far?: bigint;
    }
  /** The slot's user memory is not mapped. */
  | { readonly kind: 'unbacked' };

export type Trap =
  | {
      readonly kind: 'data-abort' | 'instruction-abort';
      /** ESR_EL2 without the fault status, which depends on `fault`. */
      readonly syndrome: number;
      readonly address: bigint;
      readonly fault: MemoryFault;
      /** What a store would have written. */
      readonly value?: bigint;
    }
  | { readonly kind: 'hvc' | 'smc'; readonly syndrome: number }
  | { readonly kind: 'wfi' | 'wfe'; readonly syndrome: number }
  /** A system register KVM traps. */
  | { readonly kind: 'system-register'; readonly syndrome: number }
  | { readonly kind: 'breakpoint'; readonly syndrome: number }
  /** The guest can make no progress until an interrupt comes, and none will. */
  | { readonly kind: 'spins' }
  /** An instruction the interpreter does not know; it never guesses. */
  | { readonly kind: 'unknown-instruction'; readonly word: number; readonly note: string };
