package io.penstock.broker.batches.lifecycle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.BitSet;
import java.util.zip.DataFormatException;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/** Which requests of a batch have a line in one of its files. Immutable; numbers begin with 1. */
public final class AnsweredLines {

  /** None. */
  public static final AnsweredLines NONE = new AnsweredLines(new BitSet(), 0);

  /** More requests than any batch may have; what a damaged record could claim. */
  private static final int MOST_BYTES = 1024 * 1024;

  private final BitSet bits;
  private final int count;

  private AnsweredLines(BitSet bits, int count) {
    this.bits = bits;
    this.count = count;
  }

  public boolean contains(int number) {
    return bits.get(number);
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** How many of the first so many are not among these. */
  public int missingUpTo(int last) {
    return last - bits.get(1, last + 1).cardinality();
  }

  /** The next number at or after this one that is not among these. */
  public int nextMissing(int number) {
    return bits.nextClearBit(number);
  }

  /** These and one more. */
  public AnsweredLines with(int number) {
    if (bits.get(number)) {
      return this;
    }
    BitSet more = (BitSet) bits.clone();
    more.set(number);
    return new AnsweredLines(more, count + 1);
  }

  /** A short text for a checkpoint. */
  String encode() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(bits.toByteArray());
    } catch (IOException inMemory) {
      throw new IllegalStateException(inMemory);
    }
    return Base64.getEncoder().encodeToString(packed.toByteArray());
  }

  /**
   * What {@link #encode()} wrote.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  static AnsweredLines decode(String text) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(Base64.getDecoder().decode(text));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] chunk = new byte[8192];
      while (!inflater.finished()) {
        int read = inflater.inflate(chunk);
        if ((read == 0 && !inflater.finished()) || bytes.size() > MOST_BYTES) {
          throw new IllegalArgumentException("the answered lines of a checkpoint are damaged");
        }
        bytes.write(chunk, 0, read);
      }
      BitSet bits = BitSet.valueOf(bytes.toByteArray());
      return new AnsweredLines(bits, bits.cardinality());
    } catch (DataFormatException damaged) {
      throw new IllegalArgumentException("the answered lines of a checkpoint are damaged", damaged);
    } finally {
      inflater.end();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AnsweredLines lines && bits.equals(lines.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    return bits.toString();
  }
}
