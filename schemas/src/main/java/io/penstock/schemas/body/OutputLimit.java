package io.penstock.schemas.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lowers the limit of output in a body, every other byte of it untouched. A server that is called
 * over HTTP knows no limit but the body's.
 */
public final class OutputLimit {

  private static final String OLDER = "max_tokens";
  private static final String NEWER = "max_completion_tokens";
  private static final Set<String> FIELDS = Set.of(OLDER, NEWER);

  private OutputLimit() {}

  /**
   * The body with no higher limit than this; one without a limit gets it.
   *
   * @param body valid JSON, an object, as the validator leaves it
   * @param most tokens of each sequence, 1 or more
   */
  public static ByteBuffer lower(ByteBuffer body, Endpoint endpoint, long most) {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      return ByteBuffer.wrap(lower(bytes, endpoint, most));
    } catch (IOException e) {
      throw new UncheckedIOException("a body that was valid JSON is so no longer", e);
    }
  }

  private static byte[] lower(byte[] bytes, Endpoint endpoint, long most) throws IOException {
    Lowering lowering = new Lowering(most);
    byte[] lowered = JsonSplice.replace(bytes, lowering);
    if (lowering.limited) {
      return lowered;
    }
    String name = endpoint == Endpoint.CHAT_COMPLETIONS ? NEWER : OLDER;
    String limit = Long.toString(most);
    // Most servers take the last of two equal keys, and that one would say null.
    return lowering.unset.contains(name)
        ? JsonSplice.replace(lowered, (field, _) -> field.equals(name) ? limit : null)
        : JsonSplice.withField(lowered, name, limit);
  }

  /**
   * The limit to write instead of a higher one; null where there is none or it is low enough.
   *
   * @param most tokens of each sequence, 1 or more
   * @param value stands on the first token of the field's value
   */
  public static @Nullable String lowered(String field, JsonParser value, long most)
      throws IOException {
    boolean higher =
        FIELDS.contains(field)
            && value.currentToken() == JsonToken.VALUE_NUMBER_INT
            && (value.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || value.getLongValue() > most);
    return higher ? Long.toString(most) : null;
  }

  private static final class Lowering implements JsonSplice.Rule {

    private final long most;
    private final Set<String> unset = new HashSet<>();
    private boolean limited;

    Lowering(long most) {
      this.most = most;
    }

    @Override
    public @Nullable String instead(String field, JsonParser value) throws IOException {
      if (FIELDS.contains(field)) {
        if (value.currentToken() == JsonToken.VALUE_NUMBER_INT) {
          limited = true;
        } else {
          unset.add(field);
        }
      }
      return lowered(field, value, most);
    }
  }
}
