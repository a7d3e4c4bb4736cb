import assert from "node:assert/strict";
import fc from "fast-check";
import { NETWORKS } from "../../config/choices.ts";
import { addressIn, bitsOf, isSubnet, overlap, partOf, proposer } from "../../config/subnets.ts";
import { machineSubnets } from "../../preflight/machine.ts";

/** Any IPv4 subnet of these sizes. */
const subnet = (least: number, most: number, octets: fc.Arbitrary<number> = fc.nat(255)) =>
  fc.tuple(octets, octets, octets, fc.nat(255), fc.integer({ min: least, max: most })).map(([a, b, c, d, bits]) => {
    const number = ((a << 24) | (b << 16) | (c << 8) | d) & (bits === 0 ? 0 : -1 << (32 - bits));
    return `${[24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".")}/${bits}`;
  });

/** Subnets of the private addresses that a stack and its neighbours mostly have. */
const near = fc
  .oneof(
    subnet(16, 28).map((text) => text.replace(/^\d+\.\d+/, "10.201")),
    subnet(16, 28).map((text) => text.replace(/^\d+\.\d+/, "10.202")),
    subnet(8, 30).map((text) => text.replace(/^\d+/, "10")),
  )
  .filter((text) => isSubnet(text, { least: 8, most: 30 }));

describe("subnets", () => {
  it("are the sixteenths of a range, in their order", () => {
    const parts = (range: string) => NETWORKS.map((_, index) => partOf(range, index));
    assert.deepEqual(parts("10.201.0.0/20"), [
      "10.201.0.0/24",
      "10.201.1.0/24",
      "10.201.2.0/24",
      "10.201.3.0/24",
      "10.201.4.0/24",
      "10.201.5.0/24",
      "10.201.6.0/24",
      "10.201.7.0/24",
    ]);
    assert.equal(partOf("192.168.7.0/24", 15), "192.168.7.240/28");
    assert.equal(partOf("172.16.0.0/16", 15), "172.16.240.0/20");
    assert.equal(partOf("223.255.240.0/20", 1), "223.255.241.0/24");
  });

  it("fill the range, and share no address", () => {
    fc.assert(
      fc.property(subnet(16, 24), (range) => {
        const parts = Array.from({ length: 16 }, (_, index) => partOf(range, index));
        assert.equal(addressIn(parts[0] ?? "", 0), addressIn(range, 0));
        assert.equal(addressIn(parts[15] ?? "", -1), addressIn(range, -1));
        for (const [index, part] of parts.entries()) {
          assert.equal(bitsOf(part), bitsOf(range) + 4);
          assert.ok(overlap(part, range));
          for (const other of parts.slice(0, index)) assert.ok(!overlap(part, other), `${part} and ${other}`);
        }
      }),
    );
  });

  it("overlap when one has an address of the other", () => {
    fc.assert(
      fc.property(subnet(0, 32), subnet(0, 32), (a, b) => {
        const has = (one: string, other: string) =>
          overlap(one, `${addressIn(other, 0)}/32`) || overlap(one, `${addressIn(other, -1)}/32`);
        assert.equal(overlap(a, b), has(a, b) || has(b, a));
        assert.equal(overlap(a, b), overlap(b, a));
      }),
    );
    const cases: [string, string, boolean][] = [
      ["10.0.0.0/24", "10.0.1.0/24", false],
      ["10.0.0.0/23", "10.0.1.0/24", true],
      ["0.0.0.0/0", "255.255.255.255/32", true],
      ["128.0.0.0/1", "127.255.255.255/32", false],
    ];
    for (const [a, b, expected] of cases) assert.equal(overlap(a, b), expected, `${a} and ${b}`);
  });

  it("have addresses that are counted from either end", () => {
    const cases: [string, number, string][] = [
      ["10.201.0.0/24", 1, "10.201.0.1"],
      ["10.201.0.0/24", -1, "10.201.0.255"],
      ["10.201.0.0/20", -2, "10.201.15.254"],
      ["10.201.0.0/16", 256, "10.201.1.0"],
      ["10.201.0.240/28", -3, "10.201.0.253"],
      ["223.255.255.0/24", 0, "223.255.255.0"],
    ];
    for (const [text, place, expected] of cases) assert.equal(addressIn(text, place), expected, text);
  });

  it("have a canonical form, and private addresses that a container can have", () => {
    for (const text of ["10.0.0.0/8", "192.168.0.0/24", "172.31.8.0/28", "100.64.0.0/10"]) {
      assert.ok(isSubnet(text, { least: 8, most: 28 }), text);
    }
    const wrong = [
      "",
      "10.0.0.0",
      "10.0.0.1/24",
      "10.0/16",
      "010.0.0.0/24",
      "0x0a.0.0.0/24",
      "10.0.0.0/024",
      "10.0.0.0/33",
    ];
    const unusable = ["0.0.0.0/24", "127.1.0.0/16", "169.254.1.0/24", "224.0.0.0/24", "255.255.255.0/24", "fd00::/64"];
    const others = ["8.8.8.0/24", "172.32.0.0/24", "192.169.0.0/16", "100.128.0.0/16"];
    for (const text of [...wrong, ...unusable, ...others]) assert.ok(!isSubnet(text, { least: 8, most: 28 }), text);
    assert.ok(!isSubnet("10.0.0.0/8", { least: 16, most: 28 }));
    assert.ok(!isSubnet("10.0.0.0/29", { least: 16, most: 28 }));
  });

  it("are proposed without overlaps, each a different one, never the default", () => {
    fc.assert(
      fc.property(fc.array(near), fc.array(fc.integer({ min: 16, max: 28 }), { maxLength: 8 }), (taken, sizes) => {
        const propose = proposer(["not one", "fd00::/64", ...taken]);
        const proposed = sizes.flatMap((bits) => propose(bits) ?? []);
        assert.equal(proposed.length, sizes.length);
        for (const [index, one] of proposed.entries()) {
          assert.ok(isSubnet(one, { least: 16, most: 28 }));
          assert.equal(bitsOf(one), sizes[index]);
          assert.ok(!overlap(one, "10.201.0.0/16"));
          for (const other of [...taken, ...proposed.slice(0, index)])
            assert.ok(!overlap(one, other), `${one}, ${other}`);
        }
      }),
    );
  });

  it("are proposed in a short form, until none is left", () => {
    assert.equal(proposer([])(20), "10.202.0.0/20");
    assert.equal(proposer(["10.202.0.0/24"])(20), "10.203.0.0/20");
    assert.equal(proposer(["10.0.0.0/8"])(20), "172.16.0.0/20");
    const others = ["10.0.0.0/8", "172.16.0.0/12"];
    assert.equal(proposer([...others, "192.168.0.0/24"])(24), "192.168.1.0/24");
    assert.equal(
      proposer([...others, "192.168.0.0/17", "192.168.128.0/18", "192.168.192.0/19", "192.168.224.0/20"])(20),
      "192.168.240.0/20",
    );
    assert.equal(proposer([...others, "192.168.0.0/16"])(24), undefined);
  });

  it("of this machine come from its interfaces", () => {
    const address = (cidr: string | null, family: "IPv4" | "IPv6" = "IPv4", internal = false) => ({
      cidr,
      family,
      internal,
    });
    assert.deepEqual(
      machineSubnets({
        lo: [address("127.0.0.1/8", "IPv4", true)],
        eth0: [address("192.168.1.17/24"), address("fe80::1/64", "IPv6")],
        tun0: [address("10.8.0.2/32"), address(null)],
        down: undefined,
      }),
      [
        { name: "eth0", subnet: "192.168.1.0/24" },
        { name: "tun0", subnet: "10.8.0.2/32" },
      ],
    );
  });
});
