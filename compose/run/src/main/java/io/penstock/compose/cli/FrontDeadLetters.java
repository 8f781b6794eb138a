package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Dead letters as the front has them: their ids are their places on the topic, and those that
 * somebody replayed or discarded are off the list.
 */
final class FrontDeadLetters {

  private static final String PATH = "/admin/dead-letters";
  private static final int MOST = 1000;

  private FrontDeadLetters() {}

  static String path(String id) {
    return PATH + "/" + FrontPages.encoded(id);
  }

  static Listing<ObjectNode> listing(Instant now) {
    return Listing.ofRecords(
        letter -> letter,
        FrontFields.text("ID", "id"),
        FrontFields.text("REQUEST", "request_id"),
        FrontFields.age("AGE", "dead_at", now),
        FrontFields.text("STAGE", "stage"),
        FrontFields.text("ATTEMPTS", "attempts"),
        FrontFields.text("CODE", "code"),
        FrontFields.text("FIELD", "field"),
        FrontFields.text("MESSAGE", "message"));
  }

  /**
   * The latest letters, the latest first.
   *
   * @param age no older than that, if given
   */
  static List<ObjectNode> list(FrontClient client, Console console, Optional<Duration> age)
      throws InterruptedException {
    String since =
        age.map(length -> "&since=%ds".formatted(Math.max(1, length.toSeconds()))).orElse("");
    ObjectNode answer = client.object(FrontCall.get(PATH + "?limit=" + MOST + since));
    if (answer.path("has_more").asBoolean()) {
      console.note("there are more; these are the latest " + MOST);
    }
    return FrontPages.objects(answer);
  }

  /** What became of a letter that was to be sent again. */
  sealed interface Replayed {

    /**
     * It was sent again.
     *
     * @param note what differs, empty if nothing but the id
     */
    record Sent(String as, String note) implements Replayed {}

    /** It could not be. */
    record Not(String why) implements Replayed {}
  }

  /** Has a letter's request sent again. What its state does not allow is no error of the call. */
  static Replayed replay(FrontClient client, String id) throws InterruptedException {
    FrontAnswer answer =
        client.answer(FrontCall.post(path(id) + "/replay", "{}".getBytes(StandardCharsets.UTF_8)));
    boolean own = answer.status() == 404 || answer.status() == 409;
    if (!answer.isSuccess() && !(own && answer.fault().isPresent())) {
      throw client.failure(answer);
    }
    return answer
        .fault()
        .<Replayed>map(fault -> new Replayed.Not(fault.message()))
        .orElseGet(
            () -> {
              ObjectNode letter = answer.object().orElseThrow(() -> client.failure(answer));
              return new Replayed.Sent(
                  letter.path("replayed_as").asText(), letter.path("note").asText());
            });
  }
}
