package dev.rill.ring;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A buffer group has become larger or smaller.
@Name("dev.rill.GroupGrowth")
@Label("Group Growth")
@Category("Rill")
@Description("A buffer group has allocated an area of memory, or given one back")
@StackTrace(false)
final class GroupGrowthEvent extends Event {

    private static final GroupGrowthEvent ANY = new GroupGrowthEvent();

    @Label("Buffers More")
    @Description("How many buffers it has more; negative when it has become smaller")
    int buffersMore;

    @Label("Buffers")
    @Description("How many buffers have memory now")
    int buffers;

    @Label("Buffer Size")
    @DataAmount
    int bufferSize;

    static void changed(int more, int buffers, int bufferSize) {
        if (ANY.isEnabled()) {
            GroupGrowthEvent event = new GroupGrowthEvent();
            event.buffersMore = more;
            event.buffers = buffers;
            event.bufferSize = bufferSize;
            event.commit();
        }
    }
}
