/** What scoring follows of other topics, as immutable snapshots. */
@NullMarked
package io.penstock.streams.score.view;

import org.jspecify.annotations.NullMarked;
