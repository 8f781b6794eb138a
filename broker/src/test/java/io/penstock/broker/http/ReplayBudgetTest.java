package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayBudgetTest {

  /** A chunk takes 1,000 bytes. */
  private static final TokenChunk CHUNK = chunk(744);

  private final ReplayBudget budget = new ReplayBudget(10_000);

  @Test
  void whatIsSentIsGivenBackAndTheRestAtTheEnd() {
    ReplayBudget.Share share = budget.take("a", chunks(3), 0);
    assertThat(budget.taken()).isEqualTo(3000);
    share.sent(CHUNK);
    assertThat(budget.taken()).isEqualTo(2000);
    share.close();
    share.close();
    share.sent(CHUNK);
    assertThat(budget.taken()).isZero();
  }

  @Test
  void aTenantTakesNoMoreThanOthersLeaveFree() {
    var _ = budget.take("a", chunks(3), 0);
    ReplayBudget.Share second = budget.take("a", chunks(2), 0);
    assertThatThrownBy(() -> budget.take("a", chunks(1), 0))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("You are reading too many responses");

    // The others find room until all have too much.
    var _ = budget.take("b", chunks(5), 0);
    assertThatThrownBy(() -> budget.take("c", chunks(1), 0))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("Too many responses");

    second.close();
    var _ = budget.take("c", chunks(2), 0);
    assertThat(budget.taken()).isEqualTo(10_000);
  }

  @Test
  void oneStreamMayTakeMoreThanThereIs() {
    var _ = budget.take("a", chunks(11), 0);
    assertThat(budget.taken()).isEqualTo(11_000);
  }

  @Test
  void whoeverTakesNothingIsNeverRefused() {
    var _ = budget.take("a", chunks(11), 0);
    budget.take("a", List.of(), 0).close();
    budget.take("b", List.of(), 0).close();
    assertThat(budget.taken()).isEqualTo(11_000);
  }

  @Test
  void theEventsOfAResultCountToo() {
    ReplayBudget.Share share = budget.take("a", List.of(), 1000);
    assertThat(budget.taken()).isEqualTo(4000);
    share.close();
    assertThat(budget.taken()).isZero();
  }

  private static List<TokenChunk> chunks(int count) {
    return Collections.nCopies(count, CHUNK);
  }

  private static TokenChunk chunk(int bytes) {
    return TokenChunk.newBuilder()
        .setId("resp_1")
        .setTenant("a")
        .setAttempt(1)
        .setSequence(0)
        .setKind(ChunkKind.DELTA)
        .setData(ByteBuffer.allocate(bytes))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }
}
