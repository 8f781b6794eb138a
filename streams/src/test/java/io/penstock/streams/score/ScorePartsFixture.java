package io.penstock.streams.score;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.BatchEnd;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.runtime.RegistryPatience;
import io.penstock.streams.score.identity.SharedMemory;
import io.penstock.streams.score.request.RequestLimits;
import io.penstock.streams.score.spend.AdmittedCost;
import io.penstock.streams.score.view.FleetFollower;
import io.penstock.streams.score.view.FollowedViews;
import io.penstock.streams.score.view.ModelView;
import io.penstock.streams.score.view.RoutingView;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.common.serialization.Deserializer;

/** The parts of a scoring topology under test: the real ones, with the limits of the test. */
record ScorePartsFixture(
    TopicSettings settings, MeterRegistry metrics, AvroSerdes serdes, InstantSource clock) {

  /** The parts of a class that sees no other's memory. */
  ScoreParts parts(ServiceClass serviceClass, RecordLimits records, int bodyBytes) {
    return parts(
        serviceClass,
        records,
        bodyBytes,
        serdes.deserializer(InferenceRequest.class),
        new SharedMemory(settings.idRetention()));
  }

  ScoreParts parts(
      ServiceClass serviceClass,
      RecordLimits records,
      int bodyBytes,
      Deserializer<InferenceRequest> requests,
      SharedMemory memory) {
    ScoreMetrics counts = new ScoreMetrics(metrics, serviceClass);
    RegistryPatience patience =
        new RegistryPatience(
            Duration.ofSeconds(1), length -> {}, () -> false, counts.registryWaits()::increment);
    return new ScoreParts(
        ScoreConfig.DEFAULT,
        settings,
        records,
        Requests.scorer(new RequestLimits(settings.maxDeadline(), bodyBytes)),
        new FollowedViews(
            new ModelView(settings.modelPartitions(), counts.modelsRejected()),
            new RoutingView(counts.routingRejected()),
            new FleetFollower(counts.fleetRejected()),
            new AdmittedCost()),
        new ReplyTopicRule(settings.names(), DefaultReplyTopics.STANDARD),
        serdes,
        requests,
        patience,
        patience,
        counts,
        BatchEnd.NEVER,
        new CrashLoop(),
        clock,
        memory);
  }
}
