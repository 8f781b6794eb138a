package io.penstock.streams.score;

import java.time.Duration;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Streams instance. */
record ScoreInstance(String name, KafkaStreams streams) {

  private static final Logger LOG = LoggerFactory.getLogger(ScoreInstance.class);

  boolean running() {
    return streams.state() == KafkaStreams.State.RUNNING;
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
