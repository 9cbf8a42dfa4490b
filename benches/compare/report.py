"""Tables and plots of what was measured."""

def write(args):
    pass
