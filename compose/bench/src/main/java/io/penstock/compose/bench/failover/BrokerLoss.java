package io.penstock.compose.bench.failover;

import java.time.Duration;

/**
 * The cost of a broker's loss and return.
 *
 * @param roles what the broker did when it was killed
 * @param killed the round in which it was killed
 * @param back the round in which it was started again
 * @param ready from its start until it took clients
 * @param inSync from its start until every copy of every partition was in sync
 */
record BrokerLoss(
    BrokerRoles roles, Recovery killed, Recovery back, Duration ready, Duration inSync) {}
