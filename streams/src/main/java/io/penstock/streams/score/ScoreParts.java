package io.penstock.streams.score;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.BatchEnd;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.runtime.RegistryPatience;
import io.penstock.streams.score.identity.SharedMemory;
import io.penstock.streams.score.view.FollowedViews;
import java.time.InstantSource;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * The parts of one scoring topology.
 *
 * @param requests reads the values of the requests topic; safe for use by many threads
 * @param views the models, routing and fleet topics as of now
 * @param replyTopics which topics results may be copied to
 * @param patience waits for the registry on stream threads; bounded
 * @param followPatience waits for the registry on the global thread; unbounded
 * @param batchEnd when to commit before the interval is over
 * @param crashLoop finds records that end one thread after another
 * @param memory what the other classes' instances of this process remember of ids
 */
record ScoreParts(
    ScoreConfig config,
    TopicSettings settings,
    RecordLimits limits,
    RequestScorer scorer,
    FollowedViews views,
    ReplyTopicRule replyTopics,
    AvroSerdes serdes,
    Deserializer<InferenceRequest> requests,
    RegistryPatience patience,
    RegistryPatience followPatience,
    ScoreMetrics metrics,
    BatchEnd batchEnd,
    CrashLoop crashLoop,
    InstantSource clock,
    SharedMemory memory) {

  /** What an InferenceRequest may take besides its body. */
  static final int ENVELOPE_BYTES = 1024 * 1024;

  RecordReader newReader(ServiceClass serviceClass) {
    return new RecordReader(
        serviceClass,
        requests,
        patience,
        settings.maxRequestBytes() + ENVELOPE_BYTES,
        settings.names().cancellations());
  }

  RecordWriter newWriter() {
    return new RecordWriter(settings, limits, patience, serdes);
  }
}
