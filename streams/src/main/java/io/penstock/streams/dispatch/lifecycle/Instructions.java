package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;

/** Writes what a worker is told of a request: to run it, or to stop. */
final class Instructions {

  private final TopicNames names;
  private final int partition;
  private final RetryPolicy retries;
  private final Duration leaseTimeout;

  Instructions(TopicNames names, int partition, RetryPolicy retries, Duration leaseTimeout) {
    this.names = names;
    this.partition = partition;
    this.retries = retries;
    this.leaseTimeout = leaseTimeout;
  }

  Effect grant(DispatchEntry entry, DispatchLease lease, Instant now) {
    return new Effect.Instruct(
        lease(LeaseAction.GRANT, entry, lease, now).setSequence(lease.getSequence()).build());
  }

  Effect cancel(DispatchEntry entry, DispatchLease lease, Instant now) {
    return new Effect.Instruct(lease(LeaseAction.CANCEL, entry, lease, now).build());
  }

  private Lease.Builder lease(
      LeaseAction action, DispatchEntry entry, DispatchLease lease, Instant now) {
    ScoredFacts facts = entry.getFacts();
    return Lease.newBuilder()
        .setAction(action)
        .setWorkerId(lease.getWorkerId())
        .setSession(lease.getSession())
        .setPartition(partition)
        .setRequestId(facts.getId())
        .setAttempt(entry.getAttempts())
        .setLastAttempt(retries.isLast(entry.getFailures()))
        .setTenant(facts.getTenant())
        .setModel(facts.getChoice().getModel())
        .setVariant(facts.getChoice().getVariant().orElse(null))
        .setServiceClass(facts.getServiceClass())
        .setPayloadTopic(names.work(entry.getPayloadClass()))
        .setPayloadOffset(entry.getPayloadOffset())
        .setPayloadPartition(entry.getPayloadPartition().orElse(null))
        .setReplyKey(facts.getReplyKey().orElse(null))
        .setStream(facts.getStream())
        .setPromptTokens(facts.getPromptTokens())
        .setPredictedOutputTokens(facts.getPredictedOutputTokens())
        .setMaxOutputTokens(facts.getMaxOutputTokens())
        .setFirstTokenBy(facts.getFirstTokenBy())
        .setDeadline(facts.getDeadline())
        .setGrantedAt(lease.getGrantedAt())
        .setExpiresAt(now.plus(leaseTimeout));
  }
}
