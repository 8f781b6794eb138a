package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BatchObjectTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_000);

  @Test
  void saysInHowLongABatchShouldBeDone() throws IOException {
    assertThat(batch(1_060, 5_000).text(NOW)).contains("should be done in");
    assertThat(batch(1_000, 5_000).text(NOW)).contains("should be done any moment");
  }

  @Test
  void saysWhereTheWindowIsTooShort() throws IOException {
    assertThat(batch(5_000, 5_000).text(NOW))
        .contains("not likely to be done before its window closes");
  }

  private static BatchObject batch(long estimate, long closes) throws IOException {
    return new BatchObject(
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    """
                    {"id":"batch_1","status":"in_progress","expires_at":%d,
                    "estimated_completion_at":%d,"request_counts":{"total":10,"completed":1,"failed":0}}
                    """
                        .formatted(closes, estimate)));
  }
}
