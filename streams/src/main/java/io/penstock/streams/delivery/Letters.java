package io.penstock.streams.delivery;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.streams.runtime.LetterHeaders;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Makes dead letters for results that were not copied. A letter says where the result is. */
final class Letters {

  static final String STAGE = "delivery";
  private static final int LONGEST_TOPIC = 249;

  private Letters() {}

  /**
   * @param why what to say instead of the trouble's own message
   */
  static DeadLetter of(Copy copy, Trouble trouble, @Nullable String why, Instant now) {
    ConsumerRecord<byte[], byte[]> source = copy.source();
    LetterHeaders headers = LetterHeaders.of(source.headers());
    String topic =
        copy.topic().length() <= LONGEST_TOPIC
            ? copy.topic()
            : copy.topic().substring(0, LONGEST_TOPIC);
    return DeadLetter.newBuilder()
        .setRequestId(copy.id())
        .setTenant(copy.tenant())
        .setStage(STAGE)
        .setFailure(
            Failure.newBuilder()
                .setCategory(trouble.category())
                .setCode(trouble.code())
                .setMessage(why == null ? trouble.message(topic) : why)
                .setField(copy.readable() ? "replyTopic" : null)
                .build())
        .setSourceTopic(source.topic())
        .setSourcePartition(source.partition())
        .setSourceOffset(source.offset())
        .setSourceKey(source.key() == null ? null : ByteBuffer.wrap(source.key()))
        .setHeaders(headers.values())
        .setRepeatedHeaders(headers.repeated())
        .setDeadAt(now)
        .build();
  }
}
