import type { VrrpPlan } from "../../../topology/loadBalancerPlan.ts";

/**
 * Each failed check of HAProxy lowers the priority by this. It is more than the difference within a pair, so that the
 * peer takes the address. If both fail alike, their order stays the same, and the address stays where it is.
 */
const FAILURE_WEIGHT = -60;

/**
 * keepalived.conf of a load balancer. The peers send to each other's own addresses, because not every network forwards
 * multicast. A peer counts as failed after three silent adverts and a part of a fourth, 0.7 s: a busy machine may stand
 * still for half a second, and an address that moves cuts connections. A peer whose checks fail is followed as late,
 * because its adverts of a lower priority count as silence; both together stay below two seconds. An HAProxy that comes
 * back must be healthy for 8 s before it gets the address: it takes up to 5 s to fetch the table of clients from its
 * peer.
 *
 * keepalived needs the capabilities NET_ADMIN (addresses), NET_RAW (adverts, gratuitous ARP) and SETGID: without SETGID
 * it runs no check and counts that as a success. $EDGE is the network's interface; the start script finds it, and the
 * length of its mask, $BITS, where the plan does not know that.
 */
export function keepalivedConfig(plan: VrrpPlan): string {
  return `include /run/edge.conf

global_defs {
    vrrp_version 3
    enable_script_security
    script_user root
    max_auto_priority -1
    vrrp_garp_master_delay 1
}

# Refused connections are certain: nothing is there.
vrrp_script listens {
    script "${check(plan, "listens")}"
    interval 0.2
    timeout 0.5
    fall 2
    rise 40
    weight ${FAILURE_WEIGHT}
    init_fail
}

# Silence may be a busy machine, so it is waited for longer, and once is no silence: an address that moves cuts
# connections. It weighs less than refusal, which fails both checks: the
# address rather stays with one that is slow than go to one that is not there.
vrrp_script answers {
    script "${check(plan, "answers")}"
    interval 0.2
    timeout 0.5
    fall 2
    rise 40
    weight ${FAILURE_WEIGHT}
    init_fail
}

${plan.instances.map((instance) => vrrpInstance(plan, instance)).join("\n")}`;
}

function check({ isOnHost, address, healthPort }: VrrpPlan, what: "listens" | "answers"): string {
  return isOnHost
    ? `/etc/foobar/checkOnHost.sh ${what} ${healthPort} ${address}`
    : `/etc/foobar/check.sh ${what} ${healthPort}`;
}

function vrrpInstance(
  { address, peers, prefix }: VrrpPlan,
  { routerId, virtualAddress, priority }: VrrpPlan["instances"][number],
): string {
  return `vrrp_instance address-${routerId} {
    state BACKUP
    interface $EDGE
    virtual_router_id ${routerId}
    priority ${priority}
    advert_int 0.2
    unicast_src_ip ${address}
    unicast_peer {
${peers.map((peer) => `        ${peer}`).join("\n")}
    }
    check_unicast_src
    track_src_ip
    track_script {
        listens
        answers
    }
    virtual_ipaddress {
        ${virtualAddress}/${prefix ?? "$BITS"} dev $EDGE
    }
}
`;
}
