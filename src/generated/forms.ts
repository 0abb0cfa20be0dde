/* Written by npm run generate; do not edit. */

/** A form of a record, in the first variant that has it. */
export interface FormRow {
  /** `struct kvm_run` */
  readonly record: string;
  /** `kvm_run.json` */
  readonly file: string;
  readonly variant: string;
  /** By a digest of its form, the targets on which the record has it. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
}

export const formTable: readonly FormRow[] = [
  {"record":"struct kvm_userspace_memory_region2","file":"kvm.json","variant":"6.12","targets":{"1df2db4525ddb567df2b9a94e5c43b61":["x86_64","i386","x32","arm64","riscv64","riscv32","ppc64le","ppc64","ppc","s390x","mips","mips64","loongarch64"]}},
  {"record":"struct kvm_enable_cap","file":"kvm.json","variant":"6.1","targets":{"a9b2e1a7dde49f245f283f59c5ca00a8":["x86_64","i386","x32","arm64","riscv64","riscv32","ppc64le","ppc64","ppc","s390x","mips","mips64"]}},
  {"record":"struct kvm_enable_cap","file":"kvm.json","variant":"6.12","targets":{"a9b2e1a7dde49f245f283f59c5ca00a8":["loongarch64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.x86.json","variant":"2.6.33","targets":{"651721239ff52ec20e9205e97329e2e9":["x86_64","i386","x32"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.x86.json","variant":"2.6.34","targets":{"3a0266920d3ada27b5d7f90df5155b0e":["x86_64","i386","x32"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.x86.json","variant":"4.2","targets":{"52349c99e05de4813c5d21feb05af2f2":["x86_64","i386","x32"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.x86.json","variant":"4.20","targets":{"2074b803a0da327186a17144c8d10865":["x86_64","i386","x32"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.x86.json","variant":"6.0","targets":{"c23396491a50ea6faa22d95f1b8ddd90":["x86_64","i386","x32"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"serror","targets":{"be5061056d6de3516c0d082e039a70c0":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"v1","targets":{"e733b40592bfb6816a3912cee0cb1fe2":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"iabt","targets":{"fd3e6cef97df9944845f19d2c8cea5b1":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"excl_atom","targets":{"cff3f0800e875a0f6fd2304983c8fa3e":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"ext_abt_esr","targets":{"f9cdd764c5530b02353f4a610d957a3d":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"ext_abt_esr_doc","targets":{"5ed7b5fe467b38a691448e3caa60b3bb":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"union_esr","targets":{"6281c260d351d212a85610ed5b22d9d2":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm64.json","variant":"tail_esr","targets":{"e0e61c4a7171fbcdf688c5930b2b3c5a":["arm64"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm.json","variant":"serror","targets":{"be5061056d6de3516c0d082e039a70c0":["arm"]}},
  {"record":"struct kvm_vcpu_events","file":"kvm_vcpu_events.arm.json","variant":"v1","targets":{"e733b40592bfb6816a3912cee0cb1fe2":["arm"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"6.1","targets":{"bde8be23b7534ffe4bfbcac151a220a1":["x86_64"],"914abf4270e514043aec6de4ae221034":["i386"],"7242557c89b98b3ad51fa45549487359":["x32"],"d81925de3c5defa13c6c30f708908383":["arm64"],"5cebc1dba817405753cdf8ee24818118":["riscv64"],"378c587a0260059c8ada461d6a134727":["riscv32"],"49e00fd6e3691c2b188716bc3ce83ba5":["ppc64le","ppc64"],"9fe69aea1d0f084357e64acdbb584533":["ppc"],"a5fb6e7dc698deb5ee33dd70757104c6":["s390x"],"d44586535108f4cec0e2d7340eaa82dd":["mips"],"13a033f5076241d6fc4c62ade5dd1ec0":["mips64"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"6.12","targets":{"1ea2cc078644496195db3242b4f98294":["x86_64"],"63e42d2c634a71da1d6e5c1de966b111":["i386"],"40a7fbe54cd3b8d6f3fda2744df5343b":["x32"],"be39e4083e3e65fe7c4ffc64ae63f259":["arm64"],"34aa95c67307115f533fc80ddca22e69":["riscv64","loongarch64"],"cf2123ecfcf859b937e504aa7b41e57c":["riscv32"],"17703bdf7a72a7b9e52d35a93f01cea2":["ppc64le","ppc64"],"99587cc363395ff2df7f1cae1b24693e":["ppc"],"782fdfd514039e22e2a71d8f40cab645":["s390x"],"bcb687e53c4709a07263d69ae69fd4e5":["mips"],"24ec1d4a31f429710ee540f2398c96d9":["mips64"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"sea-v1","targets":{"d7a4ca26217e32668eca52277f59b146":["x86_64"],"77d5ba19268e9a9db72d74dcb0fc4d45":["i386"],"a1c4d17354ad8aa2c5c66a9eeaed501a":["x32"],"453c31781e7f897fd654b575302c50f2":["arm64"],"640564e642827b4ce0cb0edafaee293d":["riscv64","loongarch64"],"30d73a857fa422f4df59cd344ab0b9cb":["riscv32"],"dc5ce9086adeba63baebcbd764080e6d":["ppc64le","ppc64"],"8ba08406e309974e6cf99645b005fd3f":["ppc"],"5276ba8f80450ffaa86523815afe3916":["s390x"],"a79c3053b4228b5134dafa2392fa35c4":["mips"],"735e685529f529c8b408af5a6a546ef8":["mips64"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"6.16","targets":{"dfa151447071cef4ccb6d78d743bc3e1":["x86_64"],"116203c5fc2789b7a02b1a8550306f8d":["i386"],"0e48b142d976c4edd246fc984aa2ce6e":["x32"],"7bc6b54ffa7ac8f1c60d6b1e32a90655":["arm64"],"75bb827a646b410a908d903ba218cbdd":["riscv64","loongarch64"],"8ce4ecdebc72fec2faaffd0019423a9e":["riscv32"],"635c0ee8b4da8967f5d2ef6fcb3077b1":["ppc64le","ppc64"],"78480993b1033590344cfa3bbe3e64e2":["ppc"],"7873ba3582cb7a4b980ef1b3427a50f5":["s390x"],"90e023c30e58a484e8cd2df083e37e20":["mips"],"67b07223df973211a2e4f58fdd1116a3":["mips64"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"sea-v3","targets":{"7232714c34003ebcfcfb169e023228db":["x86_64"],"0320bda7e7421b6e4824d13257401a59":["i386"],"a3ded887a6beb7c498091dc4e80a9874":["x32"],"bc5dcb031e7d08c462cf0902d6597ef4":["arm64"],"3a487aca89fbcf442eddf37de6edfb8f":["riscv64","loongarch64"],"3309351bc637fecfef3a8374c4c26021":["riscv32"],"c300aba91f9da12124abb5dd57c6a502":["ppc64le","ppc64"],"27722a394f515c5311c918d6880449cf":["ppc"],"aae6e53847c3506de8ab1293bc3e83d3":["s390x"],"c15c3ddcbd180b1ff34ca281ca58c9d2":["mips"],"3523b190563263f413ae74f9d97a711c":["mips64"]}},
  {"record":"struct kvm_run","file":"kvm_run.json","variant":"7.3","targets":{"c8e6414aec735f3034000343f98660cd":["x86_64"],"5b2c636e6170ac2d249e93a4991e672a":["i386"],"354390ba33fc945d547bd24b99904950":["x32"],"d37baaf02ce0f10223d53cf3d387e695":["arm64"],"7849918604c55f5d3b4cf37055dd3d1b":["riscv64","loongarch64"],"86f4eac5817bd08a2c146cbc19f645d3":["riscv32"],"e704d4d4f73e95f0a9ae267e28ea47c1":["ppc64le","ppc64"],"fa097ff84b4e2c7f174945da6ce8db27":["ppc"],"fe0b9bdeced5e1aa31e911541c57768b":["s390x"],"26b2bf74deedb1a910f153ab1980c8a5":["mips"],"51ef12f4094ce7630e1f1d555bc96f4f":["mips64"]}},
];
