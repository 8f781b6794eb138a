package io.penstock.streams.dispatch.topology;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchConfig;
import java.time.InstantSource;
import java.util.function.Predicate;

/**
 * What the processors of all shards share. Everything in it bears many threads.
 *
 * @param topicExists whether a reply topic exists
 */
public record DispatchParts(
    DispatchConfig config,
    TopicSettings topics,
    AvroSerdes serdes,
    Predicate<String> topicExists,
    InstantSource clock,
    MeterRegistry registry,
    DispatchCounters counters) {

  public DispatchParts(
      DispatchConfig config,
      TopicSettings topics,
      AvroSerdes serdes,
      Predicate<String> topicExists,
      InstantSource clock,
      MeterRegistry registry) {
    this(
        config,
        topics,
        serdes,
        topicExists,
        clock,
        registry,
        new DispatchCounters(registry, config.tenantsCounted()));
  }
}
