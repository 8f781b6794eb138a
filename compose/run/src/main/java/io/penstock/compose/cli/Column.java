package io.penstock.compose.cli;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One value of a row: a column of a table, a field of JSON, or both.
 *
 * @param <T> the type of the row
 * @param heading its heading in a table; null if only JSON has it
 * @param field its name in JSON; null if only the table has it
 * @param value takes it from the row; null or an empty {@link Optional} where there is none
 * @param text how a person reads a value that is there; without one a table shows {@code -}
 * @param leftOut whether JSON leaves out a value that is not there, rather than say null
 */
public record Column<T>(
    @Nullable String heading,
    @Nullable String field,
    Function<? super T, ? extends @Nullable Object> value,
    Function<Object, ?> text,
    boolean leftOut) {

  private static final String NONE = "-";

  public Column {
    if (heading == null && field == null) {
      throw new IllegalArgumentException("a column needs a heading, a field or both");
    }
  }

  /** A value that table and JSON show alike. */
  public static <T> Column<T> of(
      String heading, String field, Function<? super T, ? extends @Nullable Object> value) {
    return new Column<>(heading, field, value, Function.identity(), false);
  }

  /** A value that JSON has in full, and a person reads otherwise. */
  @SuppressWarnings("unchecked")
  public static <T, V> Column<T> of(
      String heading,
      String field,
      Function<? super T, ? extends @Nullable V> value,
      Function<V, ?> text) {
    return new Column<>(heading, field, value, present -> text.apply((V) present), false);
  }

  /** The same for a value that JSON leaves out where it is not there. */
  public static <T, V> Column<T> ifPresent(
      String heading,
      String field,
      Function<? super T, ? extends @Nullable V> value,
      Function<V, ?> text) {
    Column<T> column = of(heading, field, value, text);
    return new Column<>(heading, field, column.value, column.text, true);
  }

  /** A column of the table alone. */
  public static <T> Column<T> shown(
      String heading, Function<? super T, ? extends @Nullable Object> value) {
    return new Column<>(heading, null, value, Function.identity(), false);
  }

  /** A field of JSON alone. */
  public static <T> Column<T> field(
      String field, Function<? super T, ? extends @Nullable Object> value) {
    return new Column<>(null, field, value, Function.identity(), false);
  }

  /** A field of JSON alone that is left out where there is no value. */
  public static <T> Column<T> fieldIfPresent(
      String field, Function<? super T, ? extends @Nullable Object> value) {
    return new Column<>(null, field, value, Function.identity(), true);
  }

  /** The row's value, or null. */
  public @Nullable Object of(T row) {
    return unwrapped(value.apply(row));
  }

  /** What a person reads of the row's value, or null. */
  public @Nullable Object shown(T row) {
    Object found = value.apply(row);
    return unwrapped(found) == null ? null : unwrapped(text.apply(found));
  }

  /** The row's cell in a table. */
  String cell(T row) {
    Object shown = shown(row);
    return shown == null ? NONE : shown.toString();
  }

  private static @Nullable Object unwrapped(@Nullable Object value) {
    return value instanceof Optional<?> optional ? optional.orElse(null) : value;
  }
}
