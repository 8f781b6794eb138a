package io.penstock.broker.stream;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.inference.ResultReply;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one stream of the chunks of one attempt, in order and without a gap.
 *
 * <ul>
 *   <li>While nothing was sent, a newer attempt takes the older one's place. After that, a newer
 *       attempt ends the stream with an error: pieces of two answers are never put together.
 *   <li>A missing chunk ends it with an error, too, unless nothing was sent.
 *   <li>Where nothing was sent and no chunks are to be had, since the engine does not stream or
 *       they were lost, the whole answer is sent instead, once the result has it.
 *   <li>The stream is done only when its attempt was published whole and the one result says that
 *       it succeeded in that attempt. Chunks and results are read apart, so either may come first.
 * </ul>
 *
 * <p>Not safe for use by many threads.
 */
public final class AnswerStream {

  /** The code of the error that ends a stream whose answer was begun and cannot be gone on with. */
  public static final String INTERRUPTED = "stream_interrupted";

  private final String id;
  private final boolean includeUsage;
  private int attempt;
  private int next;
  private boolean broken;
  private boolean whole;
  private boolean sent;
  private boolean fromResult;
  private boolean ended;
  private @Nullable InferenceResult result;

  /**
   * @param id the request's id, which errors name
   * @param includeUsage whether the caller asked for the chunk with the usage
   */
  public AnswerStream(String id, boolean includeUsage) {
    this.id = id;
    this.includeUsage = includeUsage;
  }

  /**
   * A stream of which the caller has seen a part.
   *
   * @param attempt whose chunks the part was; all of them are passed in again
   */
  public static AnswerStream resumed(String id, int attempt) {
    AnswerStream stream = new AnswerStream(id, true);
    stream.attempt = attempt;
    stream.sent = true;
    return stream;
  }

  /** A stream of the result alone, whatever chunks there are. */
  public static AnswerStream ofResult(String id) {
    AnswerStream stream = new AnswerStream(id, true);
    stream.fromResult = true;
    return stream;
  }

  /** The attempt that is sent; 0 while nothing is known of any. */
  public int attempt() {
    return attempt;
  }

  /** Whether the result is sent instead of chunks. */
  public boolean isFromResult() {
    return fromResult;
  }

  /** Whether the last event was sent. */
  public boolean isEnded() {
    return ended;
  }

  /** Takes a chunk in, and says what to send. */
  public List<StreamEvent> chunk(TokenChunk chunk) {
    if (ended || fromResult || chunk.getAttempt() < attempt) {
      return List.of();
    }
    if (chunk.getAttempt() > attempt) {
      if (sent) {
        return fail(interrupted("was begun anew after a part of the answer was sent"));
      }
      attempt = chunk.getAttempt();
      next = 0;
      broken = false;
      whole = false;
    }
    if (broken || chunk.getSequence() < next) {
      return List.of();
    }
    if (chunk.getSequence() > next) {
      return lost();
    }
    next++;
    return chunk.getKind() == ChunkKind.DELTA ? delta(chunk) : end(chunk.getEnd());
  }

  private List<StreamEvent> delta(TokenChunk chunk) {
    ByteBuffer data = chunk.getData().duplicate();
    byte[] json = new byte[data.remaining()];
    data.get(json);
    if (!includeUsage && UsageChunk.is(json)) {
      return List.of();
    }
    sent = true;
    return List.of(new StreamEvent.Data(json));
  }

  private List<StreamEvent> end(Optional<ChunkEnd> end) {
    if (end.isPresent() && end.get() == ChunkEnd.COMPLETE) {
      whole = true;
      return conclude();
    }
    if (end.isPresent() && end.get() == ChunkEnd.BROKEN) {
      return lost();
    }
    // What follows is another attempt, or a result that says why there is none.
    return List.of();
  }

  private List<StreamEvent> lost() {
    broken = true;
    InferenceResult last = result;
    if (sent) {
      return fail(interrupted("lost a part of the answer on its way"));
    }
    return last == null ? List.of() : whole(last);
  }

  /**
   * Takes a result in, and says what to send. The answer to a repetition ends the stream: what was
   * answered before has no stream any more.
   */
  public List<StreamEvent> result(InferenceResult news) {
    if (ended) {
      return List.of();
    }
    if (news.getRepetition().isPresent()) {
      return fail(ResultReply.repeated(news.getRepetition().get(), id));
    }
    result = news;
    return conclude();
  }

  /**
   * The result has been there for a while, and the rest of its chunks has not come.
   *
   * @return what to send
   */
  public List<StreamEvent> giveUp() {
    InferenceResult last = result;
    if (ended || last == null) {
      return List.of();
    }
    return sent ? fail(interrupted("lost a part of the answer on its way")) : whole(last);
  }

  /** Nothing was sent, so the result may take the chunks' place. */
  private List<StreamEvent> whole(InferenceResult last) {
    List<StreamEvent> events = new ArrayList<>();
    WholeAnswer.chunks(last, includeUsage).forEach(json -> events.add(new StreamEvent.Data(json)));
    if (events.isEmpty()) {
      return fail(interrupted("cannot be made of the answer, which is no completion"));
    }
    attempt = last.getAttempts();
    fromResult = true;
    ended = true;
    events.add(new StreamEvent.Done());
    return events;
  }

  private List<StreamEvent> conclude() {
    InferenceResult last = result;
    if (last == null) {
      return List.of();
    }
    if (last.getStatus() != TerminalStatus.SUCCEEDED) {
      return fail(ResultReply.error(last).orElseThrow());
    }
    if (sent && last.getAttempts() != attempt) {
      return fail(interrupted("was answered by another attempt than the one that was sent"));
    }
    if (broken || fromResult) {
      return giveUp();
    }
    if (whole && last.getAttempts() == attempt) {
      ended = true;
      return List.of(new StreamEvent.Done());
    }
    return List.of();
  }

  private List<StreamEvent> fail(ApiError error) {
    ended = true;
    return List.of(new StreamEvent.Failed(error));
  }

  private ApiError interrupted(String what) {
    return ApiError.server(
            502,
            INTERRUPTED,
            "The stream of request %s %s. The whole answer can be fetched with GET /v1/requests/%s/result."
                .formatted(id, what, id))
        .with(ApiError.SHOULD_RETRY, "false");
  }
}
