package io.penstock.streams.score;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.StreamsState;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Streams instance. */
record ScoreInstance(String name, ServiceClass serviceClass, KafkaStreams streams, JobWatch watch) {

  private static final Logger LOG = LoggerFactory.getLogger(ScoreInstance.class);

  /** Returns what keeps it from its work, if anything, with its class. */
  Optional<String> problem() {
    Optional<String> why = StreamsState.problem(streams.state()).or(watch::problem);
    return why.map(each -> serviceClass.name().toLowerCase(Locale.ROOT) + ": " + each);
  }

  /** Leaves the group, so that a successor need not wait for the session to end. */
  void close(Duration timeout) {
    boolean closed =
        streams.close(
            CloseOptions.timeout(timeout)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    if (!closed) {
      LOG.warn("{} did not close within {}", name, timeout);
    }
  }
}
