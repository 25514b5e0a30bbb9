from muster.cli import main

raise SystemExit(main())
