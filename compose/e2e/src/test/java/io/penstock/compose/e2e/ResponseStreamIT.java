package io.penstock.compose.e2e;

import static io.penstock.compose.front.ResponseCalls.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.front.ResponseCalls;
import io.penstock.compose.front.ResponseCalls.Reading;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.models.Endpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A response through everything: the front, score, dispatch and a worker whose engine streams. */
@ExtendWith(PenstockFixture.class)
class ResponseStreamIT {

  private static final int TOKENS = 60;

  @Test
  void isStreamedResumedAndReadAnewTokenByToken(PenstockNode node, @TempDir Path home)
      throws Exception {
    TestModels.register(node, "responding", Endpoint.CHAT_COMPLETIONS);
    try (PenstockProcess worker = TestWorkers.start(node, home, "responding-1", "responding");
        ResponseCalls calls = new ResponseCalls(node.addresses().httpUrl().orElseThrow(), 10)) {
      worker.awaitReady();

      Reading reading =
          calls.begin(ask("responding").background(true).maxOutputTokens(TOKENS).build(), 10);
      calls.resume(reading);

      assertThat(reading.pieces()).hasSize(TOKENS);
      assertThat(reading.isIncomplete()).isTrue();
      assertThat(calls.readAnew(reading.id()).pieces()).isEqualTo(reading.pieces());
    }
  }
}
