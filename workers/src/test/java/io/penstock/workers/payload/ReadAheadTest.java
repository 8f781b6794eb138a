package io.penstock.workers.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ReadAheadTest {

  private static final TopicPartition WORK = new TopicPartition("work.batch", 0);
  private static final int KILOBYTE = 1024;

  private final ReadAhead readAhead = new ReadAhead(10 * KILOBYTE);

  @Test
  void whatCameFirstGoesFirstWhenThereIsNoMoreRoom() {
    keep(1, 4 * KILOBYTE);
    keep(2, 4 * KILOBYTE);
    keep(3, 4 * KILOBYTE);
    assertThat(readAhead.take(WORK, 1)).isNull();
    assertThat(readAhead.take(WORK, 2)).isNotNull();
    assertThat(readAhead.take(WORK, 3)).isNotNull();
  }

  @Test
  void whatIsTakenMakesRoom() {
    keep(1, 4 * KILOBYTE);
    keep(2, 4 * KILOBYTE);
    assertThat(readAhead.take(WORK, 2)).isNotNull();
    keep(3, 4 * KILOBYTE);
    assertThat(readAhead.take(WORK, 1)).isNotNull();
  }

  @Test
  void theSameRecordAgainTakesNoRoom() {
    keep(1, 4 * KILOBYTE);
    for (int again = 0; again < 5; again++) {
      keep(2, 4 * KILOBYTE);
    }
    assertThat(readAhead.take(WORK, 1)).isNotNull();
  }

  @Test
  void emptyRecordsTakeRoomToo() {
    for (int offset = 0; offset < 100; offset++) {
      keep(offset, 0);
    }
    assertThat(readAhead.take(WORK, 0)).isNull();
    assertThat(readAhead.take(WORK, 70)).isNull();
    assertThat(readAhead.take(WORK, 99)).isNotNull();
  }

  private void keep(long offset, int bytes) {
    readAhead.keep(
        WORK,
        new ConsumerRecord<>(
            WORK.topic(),
            WORK.partition(),
            offset,
            0,
            TimestampType.CREATE_TIME,
            3,
            bytes == 0 ? ConsumerRecord.NULL_SIZE : bytes,
            "key",
            bytes == 0 ? null : new byte[bytes],
            new RecordHeaders(),
            Optional.empty()));
  }
}
