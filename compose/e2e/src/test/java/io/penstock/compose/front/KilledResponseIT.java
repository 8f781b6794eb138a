package io.penstock.compose.front;

import static io.penstock.compose.front.ResponseCalls.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.front.ResponseCalls.Reading;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.RequestState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stream whose instance is killed while it is read. */
@ExtendWith(PenstockFixture.class)
class KilledResponseIT {

  private static final List<String> WORDS =
      IntStream.range(0, 300).mapToObj(each -> "w" + each + " ").toList();

  @Test
  void theStreamGoesOnAtTheOtherInstanceTokenByToken(PenstockNode node, @TempDir Path home)
      throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "killed-response.", 4);
        PenstockProcess one = cluster.process(home.resolve("one"));
        PenstockProcess two = cluster.process(home.resolve("two"))) {
      cluster
          .backend()
          .on(
              "m",
              call -> {
                call.status(RequestState.LEASED);
                for (String word : WORDS) {
                  call.chunk(ResponsesIT.chunk(word)).pause(Duration.ofMillis(50));
                }
                call.endOfChunks(ChunkEnd.COMPLETE)
                    .succeed(ResponsesIT.answer(String.join("", WORDS)));
              });
      // While the homes of the killed one have no owner the answer is 503: the client tries again.
      try (ResponseCalls first = new ResponseCalls(one.awaitReady().path("http").asText(), 20);
          ResponseCalls second = new ResponseCalls(two.awaitReady().path("http").asText(), 60)) {
        Reading reading = first.begin(ask("m").background(true).build(), 30);
        one.kill();

        second.resume(reading);

        assertThat(reading.pieces()).isEqualTo(WORDS);
        assertThat(reading.isCompleted()).isTrue();
        assertThat(second.readAnew(reading.id()).pieces()).isEqualTo(WORDS);
        assertThat(cluster.backend().seen("m")).hasSize(1);
      }
    }
  }
}
