/**
 * The ioctl numbers the endpoint knows (type 0xAE, generic encoding).
 *
 * KVM switches on the whole 32-bit number, size and direction included, so a number with another size is simply unknown.
 * One number stands twice: 0x4010aeab is ARM_SET_DEVICE_ADDR on a machine and GET_ONE_REG on a processor.
 */

export const requests = {
  GET_API_VERSION: 0xae00,
  CREATE_VM: 0xae01,
  CHECK_EXTENSION: 0xae03,
  GET_VCPU_MMAP_SIZE: 0xae04,
  CREATE_VCPU: 0xae41,
  SET_USER_MEMORY_REGION: 0x4020ae46,
  SET_USER_MEMORY_REGION2: 0x40a0ae49,
  CREATE_IRQCHIP: 0xae60,
  RUN: 0xae80,
  GET_MP_STATE: 0x8004ae98,
  SET_MP_STATE: 0x4004ae99,
  SET_GUEST_DEBUG: 0x4208ae9b,
  GET_VCPU_EVENTS: 0x8040ae9f,
  SET_VCPU_EVENTS: 0x4040aea0,
  ENABLE_CAP: 0x4068aea3,
  GET_ONE_REG: 0x4010aeab,
  SET_ONE_REG: 0x4010aeac,
  ARM_VCPU_INIT: 0x4020aeae,
  ARM_PREFERRED_TARGET: 0x8020aeaf,
  GET_REG_LIST: 0xc008aeb0,
  ARM_VCPU_FINALIZE: 0x4004aec2,
  SET_DEVICE_ATTR: 0x4018aee1,
  HAS_DEVICE_ATTR: 0x4018aee3,
} as const;

/** The type byte every KVM request carries. */
export const kvmType = 0xae;
